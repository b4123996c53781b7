package org.unmute.tensor.backend;

import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.FilterBank;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/** {@link Backend#filterBank} composed of primitives, with the Fourier transform as two matrix products. */
final class CompositeFilterBank {
    private final Backend b;
    private final FilterBank f;
    private final DType type;

    CompositeFilterBank(Backend b, FilterBank f, DType type) {
        this.b = b;
        this.f = f;
        this.type = type;
    }

    void compute(View samples, View out) {
        if (out.shape().elements() == 0) {
            return;
        }
        int length = f.frames().length();
        Shape framed = Shape.of(out.shape().size(0), out.shape().size(1), length);
        View x = b.allocateForResult(type, framed);
        // Frames overlap in memory, which is safe because the view is only read.
        b.copy(
                new View(
                        samples.buffer(),
                        framed,
                        samples.offset(),
                        samples.stride(0),
                        f.frames().shift() * samples.stride(1),
                        samples.stride(1)),
                x);
        if (f.frames().centred()) {
            View mean = b.allocateForResult(type, framed.with(-1, 1));
            b.reduce(Reduce.SUM, x, mean);
            b.affine(mean, 1.0 / length, 0, mean);
            b.binary(Binary.SUB, x, mean.expand(framed), x);
            mean.buffer().close();
        }
        View y = b.allocateForResult(type, framed);
        b.affine(x.slice(2, 0, 1, 1), f.preemphasis(), 0, y.slice(2, 0, 1, 1));
        b.affine(x.slice(2, 0, length - 1, 1), f.preemphasis(), 0, y.slice(2, 1, length - 1, 1));
        b.binary(Binary.SUB, x, y, y);
        View window = table(f.window(), Shape.of(length));
        b.binary(Binary.MUL, y, window.expand(framed), y);
        View power = power(y, x);
        energies(power, out);
        View.close(x, y, window, power);
    }

    /** Power spectra of windowed frames, {@code [clips, frames, size / 2 + 1]}. */
    private View power(View y, View like) {
        int size = f.frames().size();
        int length = f.frames().length();
        int bins = size / 2 + 1;
        double[] cos = new double[length * bins];
        double[] sin = new double[length * bins];
        for (int i = 0; i < length; i++) {
            for (int k = 0; k < bins; k++) {
                double angle = 2 * Math.PI * ((long) i * k % size) / size;
                cos[i * bins + k] = Math.cos(angle);
                sin[i * bins + k] = Math.sin(angle);
            }
        }
        Shape shape = like.shape().with(-1, bins);
        View power = b.allocateForResult(type, shape);
        View im = b.allocateForResult(type, shape);
        multiply(y, table(cos, Shape.of(length, bins)), power);
        multiply(y, table(sin, Shape.of(length, bins)), im);
        b.unary(Unary.SQUARE, 0, 0, power, power);
        b.unary(Unary.SQUARE, 0, 0, im, im);
        b.binary(Binary.ADD, power, im, power);
        im.buffer().close();
        return power;
    }

    private void energies(View power, View out) {
        int bins = f.frames().size() / 2 + 1;
        double[] weights = new double[bins * f.bands()];
        for (int band = 0; band < f.bands(); band++) {
            float[] own = f.weights(band);
            for (int i = 0; i < own.length; i++) {
                weights[(f.first(band) + i) * f.bands() + band] = own[i];
            }
        }
        multiply(power, table(weights, Shape.of(bins, f.bands())), out);
        if (f.logarithm()) {
            b.unary(Unary.CLAMP, f.floor(), Double.POSITIVE_INFINITY, out, out);
            b.unary(Unary.LOG, 0, 0, out, out);
        }
    }

    /** Multiplies by a table, which is then closed. */
    private void multiply(View x, View table, View out) {
        b.matmul(x, table.expand(x.shape().head(1).concat(table.shape())), out);
        table.buffer().close();
    }

    private View table(double[] values, Shape shape) {
        View v = b.allocateForResult(type, shape);
        b.upload(View.dense(HostBuffer.wrap(values), shape), v);
        return v;
    }
}
