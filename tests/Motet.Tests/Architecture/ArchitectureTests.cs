using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Motet.Tests;

public sealed class ArchitectureTests
{
    [Fact]
    public void EveryProjectOfTheHouseIsAFloor()
        => Assert.Equal(House.Floors.Keys.Order(StringComparer.Ordinal), Repository.Projects("src").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(House.Names), MemberType = typeof(House))]
    public void AProjectRefersOnlyToFloorsUnderIt(string floor)
    {
        var references = XDocument.Load(House.ProjectFile(floor)).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.All(references, reference => Assert.Contains(reference, House.Floors[floor]));
    }

    [Theory]
    [MemberData(nameof(House.Names), MemberType = typeof(House))]
    public void AnAssemblyRefersOnlyToFloorsUnderIt(string floor)
    {
        var references = House.Assembly(floor).GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => name.StartsWith("Motet", StringComparison.Ordinal));
        Assert.All(references, reference => Assert.Contains(reference, House.Floors[floor]));
    }

    [Theory]
    [MemberData(nameof(House.Names), MemberType = typeof(House))]
    public void AFloorHasOneNamespace(string floor)
        => Assert.All(House.Assembly(floor).GetTypes().Where(IsOurs), type => Assert.Equal(floor, type.Namespace));

    [Theory]
    [MemberData(nameof(House.Names), MemberType = typeof(House))]
    public void AFloorOpensItsInsideToItsTestsAndBenchmarksOnly(string floor)
        => Assert.All(
            House.Assembly(floor).GetCustomAttributes<InternalsVisibleToAttribute>(),
            friend => Assert.Contains(friend.AssemblyName, (string[])[floor + ".Tests", "Motet.Benchmarks"]));

    [Theory]
    [MemberData(nameof(House.Names), MemberType = typeof(House))]
    public void AFloorIsReadyForAheadOfTimeCompilation(string floor)
        => Assert.Contains(House.Assembly(floor).GetCustomAttributes<AssemblyMetadataAttribute>(), metadata => metadata is { Key: "IsAotCompatible" or "IsTrimmable", Value: "True" });

    [Theory]
    [MemberData(nameof(House.Names), MemberType = typeof(House))]
    public void AFloorIsDocumented(string floor)
    {
        // The compiler refuses undocumented public members when it writes this file.
        var documentation = XDocument.Load(Path.ChangeExtension(House.Assembly(floor).Location, ".xml"));
        Assert.NotEmpty(documentation.Descendants("member"));
        Assert.DoesNotContain("CS1591", File.ReadAllText(House.ProjectFile(floor)) + File.ReadAllText(Path.Combine(Repository.Root, "src", "Directory.Build.props")));
    }

    [Theory]
    [MemberData(nameof(House.Names), MemberType = typeof(House))]
    public void AFloorHasTests(string floor) => Assert.True(File.Exists(Path.Combine(Repository.Root, "tests", floor + ".Tests", floor + ".Tests.csproj")));

    [Fact]
    public void EveryProjectIsInTheSolution()
    {
        var solution = XDocument.Load(Path.Combine(Repository.Root, "Motet.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value).Order(StringComparer.Ordinal);
        string[] folders = ["src", "tests", "benchmarks", "samples"];
        var there = folders.SelectMany(Repository.Projects).Select(project => Path.GetRelativePath(Repository.Root, project)).Order(StringComparer.Ordinal);
        Assert.Equal(there, solution);
    }

    [Fact]
    public void WarningsAreErrors()
        => Assert.Contains("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>", File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")));

    // The compiler adds types of its own, some without a namespace, some in those of the framework.
    private static bool IsOurs(Type type)
    {
        for (var outer = type; outer is not null; outer = outer.DeclaringType)
        {
            if (outer.IsDefined(typeof(CompilerGeneratedAttribute)) || outer.Name.StartsWith('<') || outer.FullName == "Microsoft.CodeAnalysis.EmbeddedAttribute") return false;
        }

        return true;
    }
}
