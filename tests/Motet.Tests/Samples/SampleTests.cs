namespace Motet.Tests;

public sealed class SampleTests
{
    public static TheoryData<string> Samples => [.. Repository.Projects("samples").Select(project => Path.GetFileNameWithoutExtension(project))];

    [Theory]
    [MemberData(nameof(Samples))]
    public void EachSampleSaysItsCommandAndIsListedWithIt(string sample)
    {
        var command = $"dotnet run -c Release --project samples/{sample}";
        Assert.Contains(command, File.ReadAllText(Path.Combine(Repository.Root, "samples", sample, "Program.cs")));
        Assert.Contains(command, File.ReadAllText(Path.Combine(Repository.Root, "docs", "samples.md")));
    }
}
