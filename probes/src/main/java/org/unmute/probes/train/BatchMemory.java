package org.unmute.probes.train;

import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * A buffer for one batch, reused for the next. On the CPU, clips are read directly into the memory of the tensors;
 * other backends copy it. Several threads may fill disjoint parts.
 */
final class BatchMemory {
    private final Backend backend;
    private Tensor all;
    private float[] host = {};
    private boolean shared;
    private short[] halves = {};

    BatchMemory(Backend backend) {
        this.backend = backend;
    }

    /**
     * As {@link #reserve}, for float16 on a backend that uses host memory ({@link Backend#supportsF16Tokens()}). A
     * buffer holds one element type only.
     */
    short[] reserveHalves(int values) {
        if (all == null || halves.length < values) {
            halves = new short[0];
            all = TensorScope.outside(() -> Tensor.zeros(backend, DType.F16, Shape.of(values)));
            halves = all.view().host().halves();
            shared = true;
        }
        return halves;
    }

    /**
     * Makes the buffer large enough; its contents are lost.
     *
     * @return the array to fill, from index 0
     */
    float[] reserve(int values) {
        if (all == null || host.length < values) {
            host = new float[0];
            all = TensorScope.outside(() -> Tensor.zeros(backend, DType.F32, Shape.of(values)));
            View view = all.view();
            shared = view.buffer() instanceof HostBuffer && view.offset() == 0 && view.isDense();
            host = shared ? view.host().floats() : new float[values];
        }
        return host;
    }

    /** The values from index {@code at} on as a tensor, to be created after filling. The next batch overwrites them. */
    Tensor tensor(int at, long... shape) {
        Shape to = Shape.of(shape);
        Tensor part = all.slice(0, at, to.elements()).reshape(shape);
        if (!shared) {
            View filled = new View(HostBuffer.wrap(host), to, at, View.denseStrides(to));
            backend.upload(filled, part.view());
        }
        return part;
    }
}
