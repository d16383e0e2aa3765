using System.Text;

namespace Motet.Http.Tests;

/// <summary>RFC 6455 §5.5.1, §7.4.</summary>
public class ClosePayloadTests
{
    [Theory]
    [InlineData("", 1005, "")]
    [InlineData("03e8", 1000, "")]
    [InlineData("03e961c3a9", 1001, "aé")]
    public void APayloadIsReadAndWritten(string hex, int code, string reason)
    {
        Assert.Equal(WebSocketViolation.None, ClosePayload.Parse(Convert.FromHexString(hex), out var read, out var text));
        Assert.Equal((code, reason), (read, Encoding.UTF8.GetString(text)));
        var bytes = new byte[FrameHeader.MaxControlPayload];
        var length = ClosePayload.Write(bytes, read, reason);
        Assert.Equal(hex, Convert.ToHexStringLower(bytes.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("03", "BadCloseLength")]
    [InlineData("03e8c3", "BadCloseReason")]
    [InlineData("03e8ceba80", "BadCloseReason")]
    public void ABadPayloadIsRefused(string hex, string expected)
        => Assert.Equal(expected, ClosePayload.Parse(Convert.FromHexString(hex), out _, out _).ToString());

    [Fact]
    public void OnlyCodesForTheWireAreTaken()
    {
        int[] legal = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, .. Enumerable.Range(3000, 2000)];
        for (var code = 0; code <= ushort.MaxValue; code++)
        {
            var expected = legal.Contains(code) ? WebSocketViolation.None : WebSocketViolation.BadCloseCode;
            Assert.Equal(expected, ClosePayload.Parse([(byte)(code >> 8), (byte)code], out _, out _));
        }
    }

    [Theory]
    [InlineData('a', 123)]
    [InlineData('é', 122)]
    [InlineData('€', 123)]
    public void ALongReasonIsCutBetweenTwoCharacters(char character, int length)
    {
        var bytes = new byte[FrameHeader.MaxControlPayload];
        Assert.Equal(2 + length, ClosePayload.Write(bytes, 1000, new string(character, 200)));
        Assert.Equal(WebSocketViolation.None, ClosePayload.Parse(bytes.AsSpan(0, 2 + length), out _, out _));
    }
}
