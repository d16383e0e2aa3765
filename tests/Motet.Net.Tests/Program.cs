namespace Motet.Net.Tests;

/// <summary>The test runner, and the child process that <see cref="DescriptorExhaustionTests"/> starts.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments)
        => arguments is [FewDescriptors.Argument] ? FewDescriptors.RunAsync() : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments);
}
