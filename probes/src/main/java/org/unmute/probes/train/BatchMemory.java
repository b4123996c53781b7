package org.unmute.probes.train;

import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * A buffer for one batch, reused for the next. On the CPU, clips are read directly into the tensors' memory; other
 * backends get a copy. Several threads may fill disjoint parts of it.
 */
final class BatchMemory {
    private final Backend backend;
    private Tensor all;
    private float[] host = {};
    private boolean shared;
    private Tensor allHalves;
    private short[] halves = {};

    BatchMemory(Backend backend) {
        this.backend = backend;
    }

    /** {@link #reserve} for float16, on a backend that uses host memory ({@link Backend#supportsF16Tokens()}). */
    short[] reserveHalves(int values) {
        if (allHalves == null || halves.length < values) {
            halves = new short[0];
            allHalves = TensorScope.outside(() -> Tensor.zeros(backend, DType.F16, Shape.of(values)));
            halves = allHalves.view().host().halves();
        }
        return halves;
    }

    /** {@link #tensor} for float16. */
    Tensor halfTensor(int at, long... shape) {
        return allHalves.slice(0, at, Shape.of(shape).elements()).reshape(shape);
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

    /** The filled values from index {@code at} as a tensor; the next batch overwrites them. Call it after filling. */
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
