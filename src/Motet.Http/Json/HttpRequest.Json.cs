using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Motet.Net;
using Motet.Runtime;

namespace Motet.Http;

/// <summary>JSON in and out, with the serializers that <c>System.Text.Json</c> generates at build time.</summary>
public sealed partial class HttpRequest
{
    // What of a sequence is sent together: enough that the price of a piece does not matter, little enough to hold for each client.
    private const int JsonPieceBytes = 16 * 1024;

    /// <summary>Reads the body as JSON in UTF-8.</summary>
    /// <param name="typeInfo">How: a property of a <c>JsonSerializerContext</c>. Its options have the limit of the depth (<see cref="JsonSerializerOptions.MaxDepth"/>, 64 at first).</param>
    /// <param name="limit">The most bytes that are accepted; <see cref="ServerLimits.MaxJsonBytes"/> when null.</param>
    /// <param name="cancellationToken">Ends the wait for the body.</param>
    /// <returns>The value; null when the body is the word <c>null</c>.</returns>
    /// <exception cref="RequestRejectedException">
    /// <see cref="RejectReason.UnsupportedMediaType"/>: the content type is not JSON, or its charset not UTF-8; nothing was read. <see cref="RejectReason.BodyTooLarge"/>. <see cref="RejectReason.BadJson"/>: it is empty, malformed, too deep, or does
    /// not fit the type; the inner exception says where. A handler that lets it pass has the client answered with 415, 413 or 400.
    /// </exception>
    /// <exception cref="ConnectionClosedException">The client is gone, or too slow.</exception>
    public async ValueTask<T?> ReadJsonAsync<T>(JsonTypeInfo<T> typeInfo, int? limit = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        CheckIsJson();
        using var json = await Body.ReadToEndAsync(limit ?? Limits.MaxJsonBytes, RejectReason.BodyTooLarge, cancellationToken);
        return Deserialize(json.Span, typeInfo);
    }

    /// <summary>Responds with 200 and a value as JSON.</summary>
    /// <param name="value">The value. It is written at once, on the loop, into pooled memory: about a millisecond a megabyte. For what is long there is <see cref="RespondJsonArrayAsync"/>.</param>
    /// <param name="typeInfo">How: a property of a <c>JsonSerializerContext</c>.</param>
    /// <param name="contentType">The media type. One that is among <see cref="ResponseHeaders"/> takes its place.</param>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    /// <exception cref="JsonException">The value cannot be written; nothing was sent.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public ValueTask RespondJsonAsync<T>(T value, JsonTypeInfo<T> typeInfo, string contentType = "application/json") => RespondJsonAsync(HttpStatus.OK, value, typeInfo, contentType);

    /// <summary>Responds with a status and a value as JSON.</summary>
    /// <inheritdoc cref="RespondJsonAsync{T}(T, JsonTypeInfo{T}, string)"/>
    /// <param name="status">The status, 200 to 999.</param>
    public ValueTask RespondJsonAsync<T>(HttpStatus status, T value, JsonTypeInfo<T> typeInfo, string contentType = "application/json")
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        if (CancelScope.CurrentCancellation is { } canceled) return ValueTask.FromException(canceled);
        var output = JsonOutput.Rent(typeInfo.Options);
        ValueTask response;
        try
        {
            output.Write(value, typeInfo);
            response = output.IsInOnePiece ? RespondAsync(status, output.FirstPiece, contentType) : RespondInPiecesAsync(status, output, contentType);
        }
        catch
        {
            output.Return();
            throw;
        }

        if (!response.IsCompletedSuccessfully) return FinishAsync(response, output);
        output.Return();
        return response;

        static async ValueTask FinishAsync(ValueTask response, JsonOutput output)
        {
            try
            {
                await response;
            }
            finally
            {
                output.Return();
            }
        }
    }

    /// <summary>
    /// Responds with 200 and a JSON array, item by item as they come, in constant memory. Items that are there at once are sent together, 16 KiB at a time; before an item is waited for, what there is is sent. A sequence
    /// that fails after the first piece was sent ends the connection.
    /// </summary>
    /// <param name="items">The items. When sending fails while the next one is waited for, the sequence is cancelled through the token that it was given (<c>[EnumeratorCancellation]</c>), waited for, and disposed of.</param>
    /// <param name="typeInfo">How an item is written: a property of a <c>JsonSerializerContext</c>.</param>
    /// <param name="contentType">The media type. One that is among <see cref="ResponseHeaders"/> takes its place.</param>
    /// <param name="cancellationToken">Ends the sequence and the sending.</param>
    /// <exception cref="InvalidOperationException">The response has started already.</exception>
    /// <exception cref="ConnectionClosedException">The client is gone.</exception>
    public async ValueTask RespondJsonArrayAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> typeInfo, string contentType = "application/json", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(typeInfo);
        if (_response != ResponseState.NotStarted) ThrowStarted();
        var generation = Generation;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = JsonOutput.Rent(typeInfo.Options);
        try
        {
            output.Append("["u8);
            var isFirst = true;
            await using var enumerator = items.GetAsyncEnumerator(ending.Token);
            while (true)
            {
                var next = enumerator.MoveNextAsync();
                if (!next.IsCompleted && output.Length > 1) await SendBeforeAsync(next, output, contentType, ending, cancellationToken);
                var hasNext = await next;
                ThrowIfOver(generation);
                if (!hasNext) break;
                if (!isFirst) output.Append(","u8);
                isFirst = false;
                output.Write(enumerator.Current, typeInfo);
                if (output.Length >= JsonPieceBytes) await SendPiecesAsync(output, contentType, cancellationToken);
            }

            output.Append("]"u8);
            if (_response == ResponseState.NotStarted && output.IsInOnePiece)
            {
                await RespondAsync(HttpStatus.OK, output.FirstPiece, contentType);
                return;
            }

            await SendPiecesAsync(output, contentType, cancellationToken);
            await SendChunkAsync(ReadOnlyMemory<byte>.Empty, done: true, cancellationToken);
        }
        finally
        {
            output.Return();
        }
    }

    private void CheckIsJson()
    {
        var type = MediaType.Of(this);
        if (!type.IsJson() || !type.IsUtf8()) throw new RequestRejectedException(RejectReason.UnsupportedMediaType);
    }

    private static T? Deserialize<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> typeInfo)
    {
        // RFC 8259 §8.1: a byte order mark must not be sent and may be passed over.
        if (json.StartsWith("\uFEFF"u8)) json = json[3..];
        try
        {
            return JsonSerializer.Deserialize(json, typeInfo);
        }
        catch (JsonException exception)
        {
            throw new RequestRejectedException(RejectReason.BadJson, exception);
        }
    }

    private async ValueTask RespondInPiecesAsync(HttpStatus status, JsonOutput output, string contentType)
    {
        await SendHeadersAsync(status, contentType, output.Length);
        for (var i = 0; i < output.PieceCount; i++) await SendChunkAsync(output.Piece(i), done: i == output.PieceCount - 1);
    }

    /// <summary>Sends while the sequence goes on to its next item. One that does so cannot be disposed of, so a failure waits for that.</summary>
    private async ValueTask SendBeforeAsync(ValueTask<bool> next, JsonOutput output, string contentType, CancellationTokenSource ending, CancellationToken cancellationToken)
    {
        try
        {
            await SendPiecesAsync(output, contentType, cancellationToken);
        }
        catch
        {
            try
            {
                ending.Cancel();
            }
            catch (AggregateException)
            {
                // What the sequence's callbacks throw: the failure to send is what there is to say.
            }

            try
            {
                await next;
            }
            catch (Exception)
            {
                // The end that was asked for, or one that nobody can be told of any more.
            }

            throw;
        }
    }

    private async ValueTask SendPiecesAsync(JsonOutput output, string contentType, CancellationToken cancellationToken)
    {
        if (_response == ResponseState.NotStarted) await SendHeadersAsync(contentType: contentType);
        for (var i = 0; i < output.PieceCount; i++) await SendChunkAsync(output.Piece(i), done: false, cancellationToken);
        output.Clear();
    }
}
