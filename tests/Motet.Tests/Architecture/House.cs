using System.Reflection;

namespace Motet.Tests;

/// <summary>The floors, and what each may stand on.</summary>
internal static class House
{
    /// <summary>From the ground up: a floor refers only to floors above it in this list, which are those under it in the house.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Floors = new Dictionary<string, string[]>
    {
        ["Motet.Polling"] = [],
        ["Motet.Runtime"] = ["Motet.Polling"],
        ["Motet.Runtime.Testing"] = ["Motet.Polling", "Motet.Runtime"],
        ["Motet.Net"] = ["Motet.Polling", "Motet.Runtime"],
        ["Motet.PubSub"] = ["Motet.Polling", "Motet.Runtime", "Motet.Net"],
        ["Motet.Http"] = ["Motet.Polling", "Motet.Runtime", "Motet.Net", "Motet.PubSub"],
        ["Motet"] = ["Motet.Polling", "Motet.Runtime", "Motet.Net", "Motet.PubSub", "Motet.Http"],
    };

    public static TheoryData<string> Names => [.. Floors.Keys];

    public static Assembly Assembly(string floor) => System.Reflection.Assembly.Load(floor);

    public static string ProjectFile(string floor) => Path.Combine(Repository.Root, "src", floor, floor + ".csproj");
}
