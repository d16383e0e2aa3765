using System.Text;

namespace Motet.Http.Tests;

public class EventWriterTests
{
    [Theory]
    [InlineData("", "data: \n\n")]
    [InlineData("one", "data: one\n\n")]
    [InlineData(" a", "data:  a\n\n")]
    [InlineData("a\nb", "data: a\ndata: b\n\n")]
    [InlineData("a\rb", "data: a\ndata: b\n\n")]
    [InlineData("a\r\nb", "data: a\ndata: b\n\n")]
    [InlineData("a\n\rb", "data: a\ndata: \ndata: b\n\n")]
    [InlineData("a\r\r\nb", "data: a\ndata: \ndata: b\n\n")]
    [InlineData("\n", "data: \ndata: \n\n")]
    [InlineData("a\r", "data: a\ndata: \n\n")]
    [InlineData("id: 5\n\nevent: x", "data: id: 5\ndata: \ndata: event: x\n\n")]
    [InlineData("\u2028a\u0085b\0c", "data: \u2028a\u0085b\0c\n\n")]
    [InlineData("\u010d\u010a", "data: \u010d\u010a\n\n")]
    public void DataIsSplitWhereReadersEndALine(string data, string expected) => Assert.Equal(expected, Write(data));

    [Fact]
    public void WhateverTheDataItComesBackAsOneEvent()
    {
        var random = new Random(925);
        var pieces = "\n|\r|\r\n|:| |data: |id: 7|event: e|retry: 1|\u00e4|\ud83d\ude00|a".Split('|');
        for (var i = 0; i < 20_000; i++)
        {
            var data = string.Concat(Enumerable.Range(0, random.Next(10)).Select(_ => pieces[random.Next(pieces.Length)]));
            var read = EventReader.Read(Write(data) + Write("next"));

            Assert.Equal([new("message", data.Replace("\r\n", "\n").Replace('\r', '\n'), "", null), new("message", "next", "", null)], read);
        }
    }

    [Fact]
    public void WritingAllocatesNothing()
    {
        var data = "first\nsecond\r\nthird"u8.ToArray();
        var destination = new byte[EventWriter.MaxSize(data)];

        Assert.Equal(0, AllocationMeter.Of(() => EventWriter.WriteData(data, destination)));
    }

    [Fact]
    public void IdsAndNamesThatWouldBeLinesAreKnown()
    {
        Assert.All(["\r", "a\nb", "\0"], id => Assert.False(EventWriter.IsId(id)));
        Assert.All(["", "a b:c"], id => Assert.True(EventWriter.IsId(id)));
        Assert.All(["a\r", "\n"], name => Assert.False(EventWriter.IsName(name)));
    }

    private static string Write(string data)
    {
        var bytes = Encoding.UTF8.GetBytes(data);
        var destination = new byte[EventWriter.MaxSize(bytes)];
        return Encoding.UTF8.GetString(destination, 0, EventWriter.WriteData(bytes, destination));
    }
}
