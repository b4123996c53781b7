package org.unmute.bench.gpu.rows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/** One call of a backend on random inputs. */
final class ViewWork implements Case.Work {
    private final Backend backend;
    private final List<View> all = new ArrayList<>();
    private final Map<String, View> results = new LinkedHashMap<>();
    private Runnable call;

    ViewWork(Backend backend) {
        this.backend = backend;
    }

    /** Random numbers in [-1, 1) on the backend. */
    View input(String name, long... sizes) {
        Shape shape = Shape.of(sizes);
        View v = backend.allocateForResult(DType.F32, shape);
        all.add(v);
        backend.upload(
                View.dense(HostBuffer.wrap(RandomNumbers.of(name, Math.toIntExact(shape.elements()), 1)), shape), v);
        return v;
    }

    /** Memory for a result, which is compared if it is float32. */
    View result(String name, DType dtype, long... sizes) {
        View v = backend.allocateForResult(dtype, Shape.of(sizes));
        all.add(v);
        if (dtype == DType.F32) {
            results.put(name, v);
        }
        return v;
    }

    ViewWork calling(Runnable work) {
        call = work;
        return this;
    }

    @Override
    public void run() {
        call.run();
    }

    @Override
    public Map<String, float[]> results() {
        call.run();
        Map<String, float[]> copies = new LinkedHashMap<>();
        results.forEach((name, v) -> {
            float[] x = new float[Math.toIntExact(v.shape().elements())];
            backend.download(v, View.dense(HostBuffer.wrap(x), v.shape()));
            copies.put(name, x);
        });
        return copies;
    }

    @Override
    public void close() {
        all.forEach(v -> v.buffer().close());
    }
}
