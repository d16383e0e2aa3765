using System.Diagnostics.CodeAnalysis;

namespace Motet.PubSub;

/// <summary>
/// What waits for one subscriber that is too slow, in order, bounded in number and bytes; each subscription's policy says what happens when no more may wait. All steps are O(1). Loop only.
/// </summary>
internal sealed class WaitingPublications(PubSubHub hub, bool mayClose)
{
    private readonly Dictionary<Subscription, Lane> _lanes = [];
    private Place? _first;
    private Place? _last;
    private int _count;
    private long _bytes;
    private bool _mayHaveEnded;

    /// <summary>Whether the subscriber is to be closed: nothing waits any more, or will.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Adds one at the end, or does what the policy says.</summary>
    /// <returns>False when the subscriber is to be closed; that is said once.</returns>
    public bool Add(Subscription subscription, Publication publication)
    {
        if (IsClosed)
        {
            hub.CountDropped(DropReason.Closed);
            return true;
        }

        var policy = PolicyOf(subscription);
        if (policy == SlowConsumerPolicy.Conflate && ReplaceLatest(subscription, publication)) return true;
        while (_count >= hub.Options.MaxWaitingMessages || (_count > 0 && _bytes + publication.Length > hub.Options.MaxWaitingBytes))
        {
            if (_mayHaveEnded)
            {
                RemoveEnded();
                continue;
            }

            switch (policy)
            {
                case SlowConsumerPolicy.Close:
                    hub.CountDropped(DropReason.Closed, _count + 1);
                    Clear();
                    IsClosed = true;
                    return false;
                case SlowConsumerPolicy.DropNewest:
                    hub.CountDropped(DropReason.Newest);
                    return true;
            }

            if (!_lanes.TryGetValue(subscription, out var lane))
            {
                hub.CountDropped(DropReason.Newest);
                return true;
            }

            Remove(lane.First!);
            hub.CountDropped(DropReason.Oldest);
        }

        Append(new Place(subscription, publication), policy);
        return true;
    }

    /// <summary>The one whose turn it is; those of subscriptions that have ended are dropped before.</summary>
    public bool TryPeek([NotNullWhen(true)] out Subscription? subscription, [NotNullWhen(true)] out Publication? publication)
    {
        while (_first is { Subscription.IsActive: false } ended) Remove(ended);
        subscription = _first?.Subscription;
        publication = _first?.Publication;
        return _first is not null;
    }

    /// <summary>Takes away what <see cref="TryPeek"/> gave.</summary>
    public void RemoveFirst() => Remove(_first!);

    /// <summary>A subscription has ended: what waits for it goes when its turn comes, or when there is no room for others.</summary>
    public void NoteEnded() => _mayHaveEnded = _first is not null;

    /// <summary>What waited for one subscription waits for the one that takes its place.</summary>
    public void Replace(Subscription old, Subscription subscription)
    {
        _lanes.Remove(old);
        var policy = PolicyOf(subscription);
        for (var place = _first; place is not null; place = place.Next)
        {
            if (place.Subscription != old) continue;
            place.Subscription = subscription;
            place.Lane = null;
            place.NextOfLane = null;
            EnterLane(place, policy);
        }
    }

    public void Clear()
    {
        _lanes.Clear();
        _first = _last = null;
        _count = 0;
        _bytes = 0;
    }

    private void RemoveEnded()
    {
        _mayHaveEnded = false;
        for (var place = _first; place is not null; place = place.Next)
        {
            // From the first on, so each is the first of its lane.
            if (!place.Subscription.IsActive) Remove(place);
        }
    }

    private SlowConsumerPolicy PolicyOf(Subscription subscription)
    {
        var policy = subscription.Details?.Policy ?? hub.Options.SlowConsumerPolicy;
        return policy == SlowConsumerPolicy.Close && !mayClose ? SlowConsumerPolicy.DropOldest : policy;
    }

    private bool ReplaceLatest(Subscription subscription, Publication publication)
    {
        if (!_lanes.TryGetValue(subscription, out var lane) || lane.Latest?.GetValueOrDefault(publication.Channel) is not { } place) return false;
        // Values that grow meanwhile could pass the limit in bytes: then the place is given up, and the rules of the others decide.
        if (_bytes - place.Publication.Length + publication.Length > hub.Options.MaxWaitingBytes && _count > 1) return false;
        _bytes += publication.Length - place.Publication.Length;
        place.Publication = publication;
        hub.CountDropped(DropReason.Conflated);
        return true;
    }

    private void Append(Place place, SlowConsumerPolicy policy)
    {
        place.Previous = _last;
        if (_last is null) _first = place;
        else _last.Next = place;
        _last = place;
        _count++;
        _bytes += place.Publication.Length;
        EnterLane(place, policy);
    }

    private void EnterLane(Place place, SlowConsumerPolicy policy)
    {
        if (policy is not (SlowConsumerPolicy.DropOldest or SlowConsumerPolicy.Conflate)) return;
        if (!_lanes.TryGetValue(place.Subscription, out var lane)) _lanes.Add(place.Subscription, lane = new Lane());
        place.Lane = lane;
        if (lane.Last is null) lane.First = place;
        else lane.Last.NextOfLane = place;
        lane.Last = place;
        if (policy == SlowConsumerPolicy.Conflate) (lane.Latest ??= [])[place.Publication.Channel] = place;
    }

    /// <summary>Removes the first of all, or the first of its lane: the first of all is the first of its lane too.</summary>
    private void Remove(Place place)
    {
        if (place.Previous is null) _first = place.Next;
        else place.Previous.Next = place.Next;
        if (place.Next is null) _last = place.Previous;
        else place.Next.Previous = place.Previous;
        _count--;
        _bytes -= place.Publication.Length;
        if (place.Lane is not { } lane) return;
        if (lane.Latest is { } latest && latest.GetValueOrDefault(place.Publication.Channel) == place) latest.Remove(place.Publication.Channel);
        lane.First = place.NextOfLane;
        if (lane.First is not null) return;
        lane.Last = null;
        _lanes.Remove(place.Subscription);
    }

    /// <summary>A place in the queue.</summary>
    private sealed class Place(Subscription subscription, Publication publication)
    {
        public Subscription Subscription { get; set; } = subscription;

        public Publication Publication { get; set; } = publication;

        public Place? Previous { get; set; }

        public Place? Next { get; set; }

        public Lane? Lane { get; set; }

        public Place? NextOfLane { get; set; }
    }

    /// <summary>The places of one subscription that drops its oldest.</summary>
    private sealed class Lane
    {
        public Place? First { get; set; }

        public Place? Last { get; set; }

        /// <summary>For conflation: the place of each channel.</summary>
        public Dictionary<string, Place>? Latest { get; set; }
    }
}
