using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Motet.Tests;

public sealed partial class DocumentTests
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // What every build runs: serializer contexts stand in the documents as people write them.
    private static readonly Lazy<ISourceGenerator> JsonGenerator = new(() =>
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var packs = Path.Combine(runtime, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref");
        var file = Directory.GetFiles(packs, "System.Text.Json.SourceGeneration.dll", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        var type = Assembly.LoadFrom(Path.GetFullPath(file)).GetType("System.Text.Json.SourceGeneration.JsonSourceGenerator", throwOnError: true)!;
        return ((IIncrementalGenerator)Activator.CreateInstance(type)!).AsSourceGenerator();
    });

    public static TheoryData<string> Documents => [.. Files().Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void CodeInDocumentsCompiles(string document)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, document));
        foreach (Match block in CodeBlock().Matches(text))
        {
            var errors = Compile(block.Groups[1].Value);
            var line = text.AsSpan(0, block.Index).Count('\n') + 1;
            Assert.True(errors.Length == 0, $"{document}, line {line}: {string.Join('\n', errors)}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void LinksToFilesLeadSomewhere(string document)
    {
        var file = Path.Combine(Repository.Root, document);
        foreach (Match link in Link().Matches(File.ReadAllText(file)))
        {
            var target = link.Groups[1].Value.Split('#')[0];
            if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal)) continue;
            Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target)), $"{document} links to {target}, which is not there.");
        }
    }

    [Fact]
    public void TheReadmeShowsCode() => Assert.NotEmpty(CodeBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md"))));

    [Fact]
    public void CodeThatDoesNotCompileIsFound() => Assert.NotEmpty(Compile("Server.Sing();"));

    private static IEnumerable<string> Files()
        => [.. Directory.GetFiles(Repository.Root, "*.md"), .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static string[] Compile(string code)
    {
        var trees = new[] { code, ImplicitUsings }.Select(source => CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Preview))).ToArray();
        var isProgram = trees[0].GetRoot().ChildNodes().Any(node => node is GlobalStatementSyntax);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create("Document", trees, references, options);
        CSharpGeneratorDriver.Create([JsonGenerator.Value], parseOptions: (CSharpParseOptions)trees[0].Options).RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        return [.. complete.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error).Select(found => found.ToString())];
    }

    [GeneratedRegex(@"^```csharp\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
