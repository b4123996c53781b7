package org.unmute.bench.own;

import org.unmute.bench.peer.Peer;
import org.unmute.tensor.Grad;
import org.unmute.tensor.TensorScope;

/** A call whose results live until the next one. */
abstract class ScopedCall implements Peer.Call {
    private TensorScope results;
    private long peak = -1;

    /** Does the work; what it leaves in fields is valid until the next run. Nothing is recorded for gradients. */
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
