using System.Diagnostics;
using System.Net;
using System.Text;

namespace Motet.Tests;

[Collection(TestbedCollection.Name)]
public sealed class TestbedRouteTests(TestbedFixture testbed)
{
    [Fact]
    public async Task RootGreets()
    {
        using var response = await testbed.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("Hello, World!", await response.Content.ReadAsStringAsync());
        Assert.Equal(13, response.Content.Headers.ContentLength);
        Assert.True(response.Headers.Date > DateTimeOffset.UtcNow.AddMinutes(-1));
    }

    [Fact]
    public async Task HeadHasTheHeadersOfGetAndNoBody()
    {
        using var response = await testbed.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(13, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("OPTIONS", HttpStatusCode.NoContent)]
    [InlineData("DELETE", HttpStatusCode.MethodNotAllowed)]
    public async Task OtherMethodsAreToldWhatIsAllowed(string method, HttpStatusCode status)
    {
        using var response = await testbed.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"));
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(["GET", "HEAD", "POST", "OPTIONS"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PostGivesTheBodyBack(bool chunked)
    {
        var body = new byte[50_000];
        Random.Shared.NextBytes(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(body) };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await testbed.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(chunked ? null : body.Length, response.Content.Headers.ContentLength);
        Assert.Equal(body, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task JsonIsJson()
    {
        using var response = await testbed.Client.GetAsync("/json");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("""{"message":"Hello, World!"}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    public async Task EchoGivesTheHeadersBack(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/echo");
        request.Headers.Add("X-Voice", "motet");
        using var response = await testbed.Client.SendAsync(request);
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        Assert.Contains("X-Voice: motet", lines);
        Assert.Contains($"Host: {testbed.Process.Url.Authority}", lines);
    }

    [Fact]
    public async Task CookiesAreGivenBack()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/cookie");
        request.Headers.Add("Cookie", "a=1; b=\"2\"");
        using var response = await testbed.Client.SendAsync(request);
        Assert.Equal("a=1\nb=\"2\"\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task BigIsTenMebibytes()
    {
        var body = await testbed.Client.GetByteArrayAsync("/big");
        Assert.Equal(10 * 1024 * 1024, body.Length);
        Assert.Equal(-1, body.AsSpan().IndexOfAnyExcept((byte)'x'));
    }

    [Fact]
    public async Task EventsComeOneByOne()
    {
        using var response = await testbed.Client.GetAsync("/sse", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var clock = Stopwatch.StartNew();
        var text = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line)
        {
            text.Append(line).Append('\n');

            // Ten events, 100 ms apart: the first has to be here long before the last can be.
            if (line == "data: event 1") Assert.True(clock.ElapsedMilliseconds < 700, $"The first event took {clock.ElapsedMilliseconds} ms.");
        }

        Assert.Equal(string.Concat(Enumerable.Range(1, 10).Select(i => $"id: {i}\ndata: event {i}\n\n")), text.ToString());
        Assert.True(clock.ElapsedMilliseconds >= 850, $"The events took {clock.ElapsedMilliseconds} ms.");
    }

    [Fact]
    public async Task SlowAnswersWhenItSaid()
    {
        var clock = Stopwatch.StartNew();
        Assert.Equal("waited 150 ms\n", await testbed.Client.GetStringAsync("/slow?ms=150"));
        Assert.True(clock.ElapsedMilliseconds >= 149, $"It took {clock.ElapsedMilliseconds} ms.");
    }

    [Fact]
    public async Task WhatIsNotThereIsNotFound()
    {
        using var response = await testbed.Client.GetAsync("/nothing");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
