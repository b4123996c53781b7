package org.unmute.kernels.contract;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.SlidingWindow;

/** Gather, scatter and sliding windows, which are exact or summed in a defined order. */
public abstract class IndexContract extends Contract {
    /** Float32 memory, because the reference must also round after each addition. */
    private static View filled(Shape shape, double value) {
        View v = REFERENCE.allocate(DType.F32, shape);
        REFERENCE.fill(v, value);
        return v;
    }

    /** For the tests of a backend. */
    protected IndexContract() {}

    /** Indexes along each axis, with an index for each element or for each slice. */
    @Test
    final void gatherAndScatter() {
        Random r = new Random(1);
        for (int n : new int[] {1, 3, 16, 17, 65, 257}) {
            for (Placement p : placements()) {
                for (int axis = 0; axis < 3; axis++) {
                    Shape shape = Shape.of(3, 4, n);
                    Shape picked = shape.with(axis, 6);
                    for (Shape own : new Shape[] {
                        picked, axis == 0 ? Shape.of(6, 1, 1) : axis == 1 ? Shape.of(1, 6, 1) : Shape.of(1, 1, 6)
                    }) {
                        int[] index = r.ints(own.elements(), 0, shape.dim(axis)).toArray();
                        View expanded = spread(index, own, picked);
                        gather(shape, axis, picked, expanded, p);
                        scatter(shape, axis, picked, expanded, p);
                    }
                }
            }
        }
        gather(Shape.of(3, 4), 0, Shape.of(0, 4), spread(new int[0], Shape.of(0, 4), Shape.of(0, 4)), Placement.DENSE);
        scatter(Shape.of(3, 4), 0, Shape.of(0, 4), spread(new int[0], Shape.of(0, 4), Shape.of(0, 4)), Placement.DENSE);
    }

    private static View spread(int[] index, Shape own, Shape shape) {
        return View.dense(HostBuffer.wrap(index), own).expand(shape);
    }

    private View index(View host) {
        Shape own = host.shape();
        for (int i = 0; i < own.rank(); i++) {
            own = host.stride(i) == 0 ? own.with(i, 1) : own;
        }
        View part = host;
        for (int i = 0; i < own.rank(); i++) {
            part = own.size(i) == part.shape().size(i) ? part : part.slice(i, 0, 1, 1);
        }
        View v = backend().allocate(DType.I32, own);
        backend().upload(part, v);
        return v.expand(host.shape());
    }

    private void gather(Shape shape, int axis, Shape picked, View index, Placement p) {
        String what = "gather " + shape + " axis " + axis + " " + p;
        Operand x = operand(p, shape, ValueKind.NAN, 1);
        Operand y = output(Placement.PADDED, picked);
        backend().gather(x.view(), axis, index(index), y.view());
        REFERENCE.gather(x.reference(), axis, index, y.reference());
        same(what, y);
    }

    private void scatter(Shape shape, int axis, Shape picked, View index, Placement p) {
        String what = "scatterAdd " + shape + " axis " + axis + " " + p;
        Operand x = operand(p, picked, 1);
        Operand y = output(p, shape);
        backend().fill(y.view(), 0.5);
        backend().scatterAdd(x.view(), axis, index(index), y.view());
        View expected = filled(shape, 0.5);
        REFERENCE.scatterAdd(single(x.reference()), axis, index, expected);
        Check.same(what, expected.host().floats(), y.read());
        y.assertGuards(what);
    }

    /** Integers saturate at 32 bits after each addition, as in the reference. */
    @Test
    final void scatterOfIntegersBeyondTheirRange() {
        int max = Integer.MAX_VALUE;
        int min = Integer.MIN_VALUE;
        int[] values = {max, max, -5, min, min, 7, max, 1, 0, -3, min, 2};
        View index = spread(new int[] {0, 1, 0, 0, 1, 1, 0, 1, 1, 2, 0, 2}, Shape.of(12), Shape.of(12));
        for (Placement p : placements()) {
            Operand x = inputOfInts(p, Shape.of(12), values);
            Operand y = intOutput(p, Shape.of(3));
            onBoth((b, at) -> b.fill(at.of(y), 4));
            backend().scatterAdd(x.view(), 0, index(index), y.view());
            REFERENCE.scatterAdd(x.reference(), 0, index, y.reference());
            same("scatterAdd of integers " + p, y);
        }
    }

    /** Extracts windows with padding, strides and dilation, and adds them back. */
    @Test
    final void im2colAndCol2im() {
        SlidingWindow[] windows = {
            SlidingWindow.of(1, 1, 1, 1),
            SlidingWindow.of(3, 3, 1, 1).pad(1, 1),
            SlidingWindow.of(2, 5, 2, 3),
            SlidingWindow.of(3, 2, 1, 2).pad(2, 1).dilate(2, 3),
            SlidingWindow.of(4, 4, 4, 4)
        };
        for (SlidingWindow w : windows) {
            for (Placement p : placements()) {
                Shape image = Shape.of(2, 3, 9, 13);
                Shape columns = Shape.of(2, 3, w.height(), w.width(), w.positionsY(9), w.positionsX(13));
                Operand x = operand(p, image, ValueKind.NAN, 1);
                Operand y = output(Placement.STRIDED, columns);
                onBoth((b, at) -> b.im2col(at.of(x), w, at.of(y)));
                same("im2col " + w + p, y);

                Operand c = operand(p, columns, 2);
                Operand back = output(p, image);
                backend().fill(back.view(), 0.25);
                backend().col2im(c.view(), w, back.view());
                View folded = filled(image, 0.25);
                REFERENCE.col2im(single(c.reference()), w, folded);
                Check.same("col2im " + w + p, folded.host().floats(), back.read());
                back.assertGuards("col2im " + w);
            }
        }
    }
}
