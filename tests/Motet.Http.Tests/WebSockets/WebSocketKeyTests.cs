using System.Text;

namespace Motet.Http.Tests;

public class WebSocketKeyTests
{
    // RFC 6455 §1.3.
    [Fact]
    public void TheExampleOfTheRfcIsAnswered() => Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketKey.Accept("dGhlIHNhbXBsZSBub25jZQ=="));

    [Fact]
    public void ANewKeyIsAKey()
    {
        var key = WebSocketKey.Create();
        Assert.True(WebSocketKey.IsKey(Encoding.ASCII.GetBytes(key)));
        Assert.NotEqual(key, WebSocketKey.Create());
    }

    [Theory]
    [InlineData("")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ=")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ== ")]
    [InlineData("dGhlIHNhbXBsZSBub25jZWE=")]
    [InlineData("dGhlIHNhbXBsZSBub25jZWFh")]
    [InlineData("dGhlIHNhbXBsZSBub25j  ==")]
    [InlineData("dGhlIHNhbXBsZSBub2 jZQ==")]
    [InlineData("dGhlIHNhbXBsZSBub25j!Q==")]
    [InlineData("dGhl\"HNhbXBsZSBub25jZQ==")]
    [InlineData("========================")]
    public void WhatIsNotTheBase64OfSixteenBytesIsNoKey(string key) => Assert.False(WebSocketKey.IsKey(Encoding.ASCII.GetBytes(key)));
}
