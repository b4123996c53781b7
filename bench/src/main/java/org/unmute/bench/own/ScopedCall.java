package org.unmute.bench.own;

import org.unmute.bench.peer.Peer;
import org.unmute.tensor.Grad;
import org.unmute.tensor.TensorScope;

/** A call whose results stay valid until the next one. */
abstract class ScopedCall implements Peer.Call {
    private TensorScope results;
    private long peak = -1;

    /** Runs the call without recording gradients; results in fields stay valid until the next run. */
    abstract void compute();

    @Override
    public final void run() {
        close();
        results = new TensorScope();
        Grad.withoutRecording(() -> {
            compute();
            return null;
        });
        peak = results.peakBytes();
    }

    @Override
    public final long tensorBytes() {
        return peak;
    }

    @Override
    public final void close() {
        if (results != null) {
            results.close();
            results = null;
        }
    }
}
