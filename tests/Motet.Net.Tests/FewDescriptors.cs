namespace Motet.Net.Tests;

internal static class FewDescriptors
{
    public const string Argument = "--few-descriptors";

    public static Task<int> RunAsync() => Task.FromResult(0);
}
