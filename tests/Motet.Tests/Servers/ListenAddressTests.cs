using System.Net;
using System.Net.Sockets;

namespace Motet.Tests;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:3000", "http", "127.0.0.1:3000")]
    [InlineData("HTTP://127.0.0.1:3000/", "http", "127.0.0.1:3000")]
    [InlineData("http://127.0.0.1", "http", "127.0.0.1:80")]
    [InlineData("http://localhost:1", "http", "127.0.0.1:1")]
    [InlineData("http://[::1]:0", "http", "[::1]:0")]
    [InlineData("http://[::1]", "http", "[::1]:80")]
    [InlineData("tcp://0.0.0.0:7000", "tcp", "0.0.0.0:7000")]
    [InlineData("tcp://[::1]:65535", "tcp", "[::1]:65535")]
    [InlineData("unix:///run/app.sock", "tcp", "/run/app.sock")]
    [InlineData("http+unix:///run/app.sock", "http", "/run/app.sock")]
    public void AUrlNamesAnAddress(string url, string scheme, string endPoint)
    {
        var address = ListenAddress.Parse(url);
        Assert.Equal(scheme, address.Scheme);
        Assert.Equal(endPoint, address.EndPoint.ToString());
    }

    [Theory]
    [InlineData("*")]
    [InlineData("")]
    public void AStarNamesAllAddresses(string host)
    {
        var endPoint = (IPEndPoint)ListenAddress.Parse($"http://{host}:80").EndPoint;
        Assert.Equal(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, endPoint.Address);
    }

    [Theory]
    [InlineData("127.0.0.1:3000", "no scheme")]
    [InlineData("ftp://127.0.0.1", "none of http")]
    [InlineData("http://127.0.0.1:3000/path", "no path")]
    [InlineData("http://127.0.0.1:65536", "port")]
    [InlineData("http://127.0.0.1:-1", "port")]
    [InlineData("http://127.0.0.1:+1", "port")]
    [InlineData("http://127.0.0.1: 1", "port")]
    [InlineData("http://127.0.0.1:", "port")]
    [InlineData("http://3000", "no IP address")]
    [InlineData("http://127.1:80", "no IP address")]
    [InlineData("http://example.org:80", "no IP address")]
    [InlineData("http://::1:80", "brackets")]
    [InlineData("tcp://127.0.0.1", "no port")]
    [InlineData("unix://", "no file")]
    public void WhatCannotBeListenedOnIsRefusedWithTheReason(string url, string reason)
    {
        var exception = Assert.Throws<ArgumentException>(() => ListenAddress.Parse(url));
        Assert.Contains(url, exception.Message);
        Assert.Contains(reason, exception.Message);
    }

    [Fact]
    public void ASocketPathThatIsTooLongIsRefused()
        => Assert.Contains("longer", Assert.Throws<ArgumentException>(() => ListenAddress.Parse("unix:///" + new string('a', 200))).Message);

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:3000")]
    [InlineData("::1", "[::1]:3000")]
    [InlineData("[::1]", "[::1]:3000")]
    [InlineData("/run/app.sock", "/run/app.sock")]
    [InlineData("./app.sock", "./app.sock")]
    public void TheCommandLineNamesAnAddress(string address, string endPoint) => Assert.Equal(endPoint, ListenAddress.Parse(address, 3000).EndPoint.ToString());

    [Theory]
    [InlineData("http://127.0.0.1:80", "http://127.0.0.1:80")]
    [InlineData("http://0.0.0.0:3000", "http://localhost:3000 (all addresses)")]
    [InlineData("tcp://[::1]:1", "tcp://[::1]:1")]
    [InlineData("http+unix:///run/app.sock", "http+unix:///run/app.sock")]
    [InlineData("unix:///run/app.sock", "unix:///run/app.sock")]
    public void PeopleAreToldAUrl(string url, string told)
    {
        var address = ListenAddress.Parse(url);
        Assert.Equal(told, address.Describe(address.EndPoint));
    }
}
