namespace Motet.Tests;

public sealed class LoginChatTests
{
    [Fact]
    public async Task WhoHasANameTalksWithTheOthers()
    {
        await using var sample = await ServerProcess.StartAsIsAsync("samples/LoginChat", "0");
        using var ann = await LoginAsync(sample, "Ann");
        using var bob = await LoginAsync(sample, "Bob");
        Assert.Equal("* Bob is here.", await ann.HearAsync());

        await ann.SayAsync("Hello Bob");
        Assert.Equal("Ann: Hello Bob", await bob.HearAsync());
        await bob.SayAsync("Hello Ann");

        // One's own line does not come back.
        Assert.Equal("Bob: Hello Ann", await ann.HearAsync());
        await bob.SayAsync("bye");
        Assert.Null(await bob.HearAsync());
        Assert.Equal("* Bob has left.", await ann.HearAsync());

        sample.Signal(Signals.Terminate);
        Assert.Equal("The server stops. Goodbye.", await ann.HearAsync());
        Assert.Equal(0, await sample.EndAsync());
    }

    [Fact]
    public async Task WhatIsNoNameIsAskedForAgain()
    {
        await using var sample = await ServerProcess.StartAsIsAsync("samples/LoginChat", "0");
        using var client = await sample.ConnectAsync();
        Assert.Equal("Who are you?", await client.HearAsync());
        await client.SayAsync("* Ann has left.");
        Assert.Equal("A name has 1 to 20 letters and digits. Who are you?", await client.HearAsync());
        await client.SayAsync("Ann");
        Assert.Equal("* Ann is here.", await client.HearAsync());
    }

    [Fact]
    public async Task WhoGivesNoNameHasToGo()
    {
        await using var sample = await ServerProcess.StartAsIsAsync("samples/LoginChat", "0", "0.2");
        using var client = await sample.ConnectAsync();
        Assert.Equal("Who are you?", await client.HearAsync());
        Assert.Equal("Time is up. Goodbye.", await client.HearAsync());
        Assert.Null(await client.HearAsync());
    }

    private static async Task<StreamReader> LoginAsync(ServerProcess sample, string name)
    {
        var client = await sample.ConnectAsync();
        Assert.Equal("Who are you?", await client.HearAsync());
        await client.SayAsync(name);
        Assert.Equal($"* {name} is here.", await client.HearAsync());
        return client;
    }
}
