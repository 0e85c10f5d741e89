using Garnet.networking;
using Garnet.server;

namespace Aggregator.Server;

/// <summary>Stands before the store's sessions, so that a checkpoint can have the store for itself.</summary>
/// <remarks>
/// Garnet takes checkpoints while others write, but 2.2.8 cannot always read one back in which hashes or sorted sets changed
/// under way, and by then it has dropped the log. So nobody writes meanwhile: what arrives waits at the gate. A script is never
/// cut in two by it either, because the gate lets whole messages through.
/// </remarks>
internal sealed class EmbeddedStoreGate : IDisposable
{
    private readonly Lock _one = new();
    private readonly SemaphoreSlim _nobodyInside = new(0);
    private readonly ManualResetEventSlim _open = new(initialState: true);
    private int _inside;
    private bool _closed;

    /// <summary>Puts the gate before all sessions that come through a door.</summary>
    public void Guard(GarnetServerBase door)
    {
        door.Unregister(WireFormat.ASCII, out var sessions);
        door.Register(WireFormat.ASCII, new Provider(this, sessions));
    }

    /// <summary>Lets nobody in, and answers when all are out.</summary>
    public async Task Close()
    {
        bool busy;
        lock (_one)
        {
            _closed = true;
            _open.Reset();
            busy = _inside > 0;
        }

        if (busy) await _nobodyInside.WaitAsync();
    }

    public void Open()
    {
        lock (_one)
        {
            _closed = false;
            _open.Set();
        }
    }

    public void Dispose()
    {
        _nobodyInside.Dispose();
        _open.Dispose();
    }

    private void Enter()
    {
        while (true)
        {
            lock (_one)
            {
                if (!_closed)
                {
                    _inside++;
                    return;
                }
            }

            _open.Wait();
        }
    }

    private void Leave()
    {
        lock (_one)
        {
            if (--_inside == 0 && _closed) _nobodyInside.Release();
        }
    }

    private sealed class Provider(EmbeddedStoreGate gate, ISessionProvider inner) : ISessionProvider
    {
        public MaxSizeSettings GetMaxSizeSettings => inner.GetMaxSizeSettings;

        public IMessageConsumer GetSession(WireFormat wireFormat, INetworkSender networkSender) =>
            new Session(gate, inner.GetSession(wireFormat, networkSender));
    }

    private sealed unsafe class Session(EmbeddedStoreGate gate, IMessageConsumer inner) : IMessageConsumer
    {
        public int TryConsumeMessages(byte* reqBuffer, int bytesRead)
        {
            gate.Enter();
            try
            {
                return inner.TryConsumeMessages(reqBuffer, bytesRead);
            }
            finally
            {
                gate.Leave();
            }
        }

        public void Dispose() => inner.Dispose();
    }
}
