package org.unmute.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.unmute.tensor.backend.HostBuffer;

/** A weight that has not been read yet is packed by one thread, which drops its array, while another reads it. */
@JCStressTest
@Outcome(id = "10, 10", expect = Expect.ACCEPTABLE, desc = "The same elements in either form.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Elements were seen that are not the weight's.")
@State
public class ReadWhilePacked {
    private static final float[] ELEMENTS = {1, 2, 3, 4};

    private final HostBuffer buffer = HostBuffer.lazy(
            ELEMENTS.length, (from, to, at, count) -> System.arraycopy(ELEMENTS, (int) from, to, at, count));

    /** Reverses the elements, so that the packed form differs. */
    private static float[] pack(HostBuffer buffer) {
        float[] packed = backwards(buffer.floats());
        buffer.replacedByPacked(out -> System.arraycopy(backwards(packed), 0, out, 0, packed.length));
        return packed;
    }

    private static float[] backwards(float[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[x.length - 1 - i];
        }
        return y;
    }

    private static int sum(float[] x) {
        float sum = 0;
        for (float f : x) {
            sum += f;
        }
        return (int) sum;
    }

    @Actor
    public void packing(II_Result r) {
        r.r1 = sum(buffer.packed(float[].class, ReadWhilePacked::pack));
    }

    @Actor
    public void reading(II_Result r) {
        r.r2 = sum(buffer.floats());
    }
}
