namespace Motet.Http.Tests;

public class FrameTableTests
{
    [Fact]
    public void TableIsLargeAndCitesASectionForEachRow()
    {
        var rows = FrameRows.BySubject.Values.Concat(FrameRows.CompressedBySubject.Values).SelectMany(rows => rows).ToArray();
        Assert.InRange(rows.Length, 1500, int.MaxValue);
        Assert.Equal(rows.Length, rows.Select(row => row.ToString()).Distinct().Count());
        Assert.All(rows, row => Assert.Matches(@"^(6455|7692) §\d+(\.\d+)*$", row.Section));
    }

    [Fact]
    public void FramesOfTheExamplesAreAsTheRfcShowsThem()
    {
        // RFC 6455 §5.7.
        Assert.Equal("818537FA213D7F9F4D5158", Convert.ToHexString(AttackFrame.Text("Hello").Encode(isFromClient: true)));
        Assert.Equal("810548656C6C6F", Convert.ToHexString(AttackFrame.Text("Hello").Encode(isFromClient: false)));
        Assert.Equal("010348656C80026C6F", Convert.ToHexString([.. AttackFrame.Text("Hel").More.Encode(false), .. AttackFrame.Continue("lo").Encode(false)]));
        Assert.Equal("890548656C6C6F", Convert.ToHexString(AttackFrame.Ping("Hello").Encode(false)));
        Assert.Equal("8A8537FA213D7F9F4D5158", Convert.ToHexString(AttackFrame.Pong("Hello").Encode(true)));
        Assert.Equal("827E0100", Convert.ToHexString(AttackFrame.Binary(new string('a', 256)).Encode(false)[..4]));
        Assert.Equal("827F0000000000010000", Convert.ToHexString(AttackFrame.Binary(new string('a', 65536)).Encode(false)[..10]));
    }
}
