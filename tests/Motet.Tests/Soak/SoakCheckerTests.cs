namespace Motet.Tests;

/// <summary>The checker finds what it is there for.</summary>
public class SoakCheckerTests
{
    private const string Joined = "joined 3 10,20\n";

    [Theory]
    [InlineData("message 3 0 11|message 3 1 21|message 3 0 12", null)]
    [InlineData("message 3 0 9|message 3 0 10|message 3 0 11", null)]
    [InlineData("message 3 0 12", "lost")]
    [InlineData("message 3 0 11|message 3 0 13", "lost")]
    [InlineData("message 3 0 9|message 3 0 11", "lost")]
    [InlineData("message 3 0 11|message 3 0 11", "again")]
    [InlineData("message 3 0 11|message 3 0 12|message 3 0 11", "again")]
    [InlineData("message 3 0 11|message 3 1 21|message 3 1 23", "lost")]
    [InlineData("message 4 0 11", "where it is not")]
    [InlineData("message 3 0 11|left 3|message 3 0 12", "where it is not")]
    [InlineData("left 3|joined 3 15,20|message 3 0 16", null)]
    [InlineData("left 3|joined 3 15,20|message 3 0 17", "lost")]
    [InlineData("left 4", "without having joined")]
    [InlineData("joined 3 10,20", "joined 3 twice")]
    public void FindsWhatIsLostDoubledOrOutOfOrder(string lines, string? complaint)
    {
        var checker = new SoakChecker(publishers: 2);
        checker.Read(Joined);
        foreach (var line in lines.Split('|')) checker.Read(line);
        if (complaint is null) Assert.Null(checker.Complaint);
        else Assert.Contains(complaint, checker.Complaint);
    }

    [Fact]
    public void KnowsWhenEverythingHasCome()
    {
        var checker = new SoakChecker(publishers: 2);
        checker.Read(Joined);
        Assert.True(checker.HasAll(3, [10, 20]));
        Assert.False(checker.HasAll(3, [11, 20]));
        checker.Read("message 3 0 11");
        Assert.True(checker.HasAll(3, [11, 20]));
        Assert.False(checker.HasAll(4, [0, 0]));
    }
}
