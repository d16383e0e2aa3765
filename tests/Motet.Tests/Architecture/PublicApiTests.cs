namespace Motet.Tests;

/// <summary>
/// What a floor shows is written down in <c>PublicApi/</c>, so that a change of it is seen and meant. When it is meant, run these tests with <c>MOTET_ACCEPT_API=1</c> and commit the files.
/// </summary>
public sealed class PublicApiTests
{
    [Theory]
    [MemberData(nameof(House.Names), MemberType = typeof(House))]
    public void TheApiIsTheOneWrittenDown(string floor)
    {
        var file = Path.Combine(Repository.Root, "tests", "Motet.Tests", "PublicApi", floor + ".txt");
        var api = PublicApi.Describe(House.Assembly(floor));
        if (Environment.GetEnvironmentVariable("MOTET_ACCEPT_API") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, api);
        }

        var written = File.Exists(file) ? File.ReadAllText(file) : "";
        var lines = api.Split('\n');
        var writtenLines = written.Split('\n');
        Assert.True(
            api == written,
            $"The public API of {floor} changed. If that is meant, run ./test with MOTET_ACCEPT_API=1 and commit the files.\n"
            + string.Join('\n', [.. lines.Except(writtenLines).Select(line => "+ " + line), .. writtenLines.Except(lines).Select(line => "- " + line)]));
    }
}
