package org.unmute.bench.own;

import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/** A call that computes tensors without recording gradients; they stay valid until the next one. */
final class ScopedCall implements Peer.Call {
    private final Supplier<Map<String, Tensor>> body;
    private Map<String, Tensor> results;
    private TensorScope scope;
    private long peak = -1;

    /** @param body gives the outputs by name */
    ScopedCall(Supplier<Map<String, Tensor>> body) {
        this.body = body;
    }

    @Override
    public void run() {
        close();
        scope = new TensorScope();
        results = Grad.withoutRecording(body);
        peak = scope.peakBytes();
    }

    @Override
    public void show(CaseFolder folder) throws IOException {
        for (Map.Entry<String, Tensor> e : results.entrySet()) {
            Tensor t = e.getValue();
            if (t.dtype() == DType.I32) {
                folder.write(e.getKey(), t.shape(), t.toInts());
            } else {
                folder.write(e.getKey(), t.shape(), t.toFloats());
            }
        }
    }

    @Override
    public long tensorBytes() {
        return peak;
    }

    @Override
    public void close() {
        if (scope != null) {
            scope.close();
            scope = null;
        }
    }
}
