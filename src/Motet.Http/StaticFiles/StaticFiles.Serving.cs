using Microsoft.Win32.SafeHandles;

namespace Motet.Http;

/// <summary>From the name to the response.</summary>
public sealed partial class StaticFiles
{
    // A file that is another one each time it is looked at is not served after so many looks.
    private const int MaxLooks = 4;

    private static readonly HttpHandler NotFoundHandler = static request => request.RespondInPlaceOfFileAsync(HttpStatus.NotFound);

    private ValueTask ServeAsync(HttpRequest request, FileCache cache, ReadOnlySpan<byte> name, HttpHandler others, int looks = 0)
    {
        if (cache.Find(name) is { } known) return SendAsync(request, cache, known, others, looks);
        cache.CheckRoot();
        if (cache.Root is not { } root) return others(request);
        var status = _loader.Load(root, name, cachedOnly: true, out var entry);
        if (status == OpenStatus.Exhausted && cache.Size.OpenFiles > 0)
        {
            // The descriptors that the cache holds are of more use now.
            cache.Clear();
            status = _loader.Load(root, name, cachedOnly: true, out entry);
        }

        return status == OpenStatus.NotCached ? LoadAndSendAsync(request, cache, root, name.ToArray(), others, looks) : AnswerAsync(request, cache, status, entry, others, looks);
    }

    /// <summary>The name or the content has to come from a disk.</summary>
    private async ValueTask LoadAndSendAsync(HttpRequest request, FileCache cache, FileRoot root, byte[] name, HttpHandler others, int looks)
    {
        FileEntry? entry = null;
        var generation = request.Generation;
        var status = await FileWork.RunAsync(() => _loader.Load(root, name, cachedOnly: false, out entry));
        if (generation != request.Generation)
        {
            // A handler that did not wait: what was found is of use to the next one.
            if (status == OpenStatus.Opened) cache.Add(entry!);
            request.ThrowIfOver(generation);
        }

        await AnswerAsync(request, cache, status, entry, others, looks);
    }

    private ValueTask AnswerAsync(HttpRequest request, FileCache cache, OpenStatus status, FileEntry? entry, HttpHandler others, int looks)
    {
        switch (status)
        {
            case OpenStatus.Opened:
                cache.Add(entry!);
                return SendAsync(request, cache, entry!, others, looks);

            // A name that the program gives has nothing to do with the path that the client sees.
            case OpenStatus.NeedsSlash when others != NotFoundHandler:
                return RedirectAsync(request);
            case OpenStatus.Denied:
                return request.RespondInPlaceOfFileAsync(HttpStatus.Forbidden);
            case OpenStatus.Exhausted:
                request.ResponseHeaders.Add("Retry-After", "1");
                return request.RespondInPlaceOfFileAsync(HttpStatus.ServiceUnavailable);
            default:
                return others(request);
        }
    }

    /// <summary>The same path with a slash, so that relative links of the index file lead where they should. It begins with exactly one slash, so it cannot lead to another host (RFC 3986 §4.2).</summary>
    private static ValueTask RedirectAsync(HttpRequest request)
    {
        request.ResponseHeaders.Add("Location", request.Head.HasQuery ? $"{request.Path}/?{request.Query}" : request.Path + "/");
        return request.RespondAsync(HttpStatus.MovedPermanently);
    }

    private ValueTask SendAsync(HttpRequest request, FileCache cache, FileEntry entry, HttpHandler others, int looks)
    {
        var file = entry.ChooseFor(request);
        if (file.Content is not null || file.Handle is { IsClosed: false }) return request.RespondAsync(file);
        if (cache.Root is not { } root) return others(request);
        var status = FileLoader.Reopen(root, entry, file, cachedOnly: true, out var handle);
        if (status != OpenStatus.NotCached) return SendReopenedAsync(request, cache, entry, file, status, handle, others, looks);
        return ReopenAndSendAsync(request, cache, root, entry, file, others, looks);
    }

    private async ValueTask ReopenAndSendAsync(HttpRequest request, FileCache cache, FileRoot root, FileEntry entry, FileRepresentation file, HttpHandler others, int looks)
    {
        SafeFileHandle? handle = null;
        var generation = request.Generation;
        var status = await FileWork.RunAsync(() => FileLoader.Reopen(root, entry, file, cachedOnly: false, out handle));
        if (generation != request.Generation)
        {
            handle?.Dispose();
            request.ThrowIfOver(generation);
        }

        await SendReopenedAsync(request, cache, entry, file, status, handle, others, looks);
    }

    private ValueTask SendReopenedAsync(HttpRequest request, FileCache cache, FileEntry entry, FileRepresentation file, OpenStatus status, SafeFileHandle? handle, HttpHandler others, int looks)
    {
        if (status == OpenStatus.Opened) return SendAndCloseAsync(request, file.OpenedAs(handle!));

        // It is gone or another one since it was looked at.
        cache.Remove(entry);
        return status == OpenStatus.NotFound && looks < MaxLooks
            ? ServeAsync(request, cache, entry.Name, others, looks + 1)
            : AnswerAsync(request, cache, status, null, others, looks);
    }

    private static async ValueTask SendAndCloseAsync(HttpRequest request, FileRepresentation file)
    {
        using (file.Handle) await request.RespondAsync(file);
    }
}
