namespace Motet.Tests;

/// <summary>The files that the tests are about.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string[] Projects(string folder)
        => [.. Directory.GetFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>The program that a project builds, in the configuration in which the tests were built.</summary>
    public static string Program(string folder)
    {
        var project = Path.GetFileName(folder);
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Path.Combine(Root, folder, "bin", configuration, "net10.0", project + ".dll");
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Motet.slnx"))) return directory.FullName;
        }

        throw new InvalidOperationException("The tests run in the source tree, under Motet.slnx.");
    }
}
