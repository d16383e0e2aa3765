namespace Motet.Http;

/// <summary>The fields and files of a form, in the order they came. Dispose of it: files may be in temporary files, which are gone then.</summary>
public sealed class Form : IDisposable
{
    private readonly List<KeyValuePair<string, string>> _fields = [];
    private readonly List<FormFile> _files = [];

    internal Form()
    {
    }

    /// <summary>All fields, as name and value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>All files.</summary>
    public IReadOnlyList<FormFile> Files => _files;

    /// <summary>The value of the first field with the name, or null. Names compare with case.</summary>
    /// <param name="name">The name.</param>
    public string? this[string name] => GetAll(name).FirstOrDefault();

    /// <summary>The values of all fields with the name, in order.</summary>
    /// <param name="name">The name; compares with case.</param>
    public IEnumerable<string> GetAll(string name) => _fields.Where(field => field.Key == name).Select(field => field.Value);

    /// <summary>The first file with the name, or null.</summary>
    /// <param name="name">The name of its field; compares with case.</param>
    public FormFile? File(string name) => _files.Find(file => file.Name == name);

    /// <summary>Frees what the files lie in.</summary>
    public void Dispose()
    {
        foreach (var file in _files) file.Content.Dispose();
    }

    internal void Add(string name, string value) => _fields.Add(new KeyValuePair<string, string>(name, value));

    internal void Add(FormFile file) => _files.Add(file);
}
