using System.Text.RegularExpressions;

namespace Motet.Tests;

[Collection(TestbedCollection.Name)]
public sealed partial class LoadToolTests(TestbedFixture testbed)
{
    [Fact]
    public async Task WrkFindsNoError()
    {
        var result = await Tool.RunAsync("wrk", "-t1", "-c16", "-d1s", testbed.Url("/").ToString());
        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("Socket errors", result.Output);
        Assert.DoesNotContain("Non-2xx", result.Output);
        Assert.True(int.Parse(RequestsOfWrk().Match(result.Output).Groups[1].Value) > 100, result.Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AbFindsNoError(bool keepAlive)
    {
        string[] arguments = ["-q", "-n", "2000", "-c", "16", .. keepAlive ? ["-k"] : Array.Empty<string>(), testbed.Url("/").ToString()];
        var result = await Tool.RunAsync("ab", arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Matches(@"Complete requests:\s+2000\n", result.Output);
        Assert.Matches(@"Failed requests:\s+0\n", result.Output);
        if (keepAlive) Assert.Matches(@"Keep-Alive requests:\s+2000\n", result.Output);
        Assert.DoesNotContain("Non-2xx", result.Output);
    }

    [Theory]
    [InlineData("-i")]
    [InlineData("-p", "-T", "text/plain")]
    public async Task AbFindsNoErrorWithOtherMethods(string option, params string[] more)
    {
        Tool.FindOrSkip("ab");
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, new string('x', 2000));
            string[] arguments = ["-q", "-k", "-n", "1000", "-c", "16", option, .. option == "-p" ? [file] : Array.Empty<string>(), .. more, testbed.Url("/").ToString()];
            var result = await Tool.RunAsync("ab", arguments);
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Matches(@"Complete requests:\s+1000\n", result.Output);
            Assert.Matches(@"Failed requests:\s+0\n", result.Output);
            Assert.Matches(@"Keep-Alive requests:\s+1000\n", result.Output);
            Assert.DoesNotContain("Non-2xx", result.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex RequestsOfWrk();
}
