using System.Text;

namespace Motet.Tests;

[Collection(TestbedCollection.Name)]
public sealed class NetcatTests(TestbedFixture testbed)
{
    [Fact]
    public async Task ARequestTypedSlowlyIsAnswered()
    {
        using var netcat = Tool.Start("nc", testbed.Process.Url.Host, testbed.Process.Url.Port.ToString());
        var typed = "POST / HTTP/1.1\r\nHost: slow\r\nContent-Length: 4\r\nConnection: close\r\n\r\nslow";
        foreach (var character in typed)
        {
            netcat.StandardInput.BaseStream.WriteByte((byte)character);
            netcat.StandardInput.BaseStream.Flush();

            // So that each byte is a packet of its own; the server must not care whether it is.
            await Task.Delay(2);
        }

        // netcat leaves when both ends of its input have ended, so this waits for the server to close.
        netcat.StandardInput.Close();
        var answer = await netcat.StandardOutput.ReadToEndAsync().Within();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer);
        Assert.EndsWith("\r\n\r\nslow", answer);
        await netcat.WaitForExitAsync().Within();
    }

    [Fact]
    public async Task GarbageIsAnsweredAndClosed()
    {
        using var netcat = Tool.Start("nc", testbed.Process.Url.Host, testbed.Process.Url.Port.ToString());
        await netcat.StandardInput.BaseStream.WriteAsync(Encoding.ASCII.GetBytes("What is this?\r\n\r\n"));
        netcat.StandardInput.Close();
        var answer = await netcat.StandardOutput.ReadToEndAsync().Within();
        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer);
        await netcat.WaitForExitAsync().Within();
    }
}
