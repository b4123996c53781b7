package org.unmute.kernels.device.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

class StridedLoopTest {
    private static final HostBuffer MEMORY = HostBuffer.allocate(DType.F32, 1);

    private static View view(Shape shape, long offset, long... strides) {
        return new View(MEMORY, shape, offset, strides);
    }

    /** Computes positions like {@code positions} in portable.h. */
    private static long[] positions(long[] members, long index, int views) {
        long[] at = new long[views];
        int axes = (int) members[1];
        for (int v = 0; v < views; v++) {
            at[v] = members[2 + StridedLoop.AXES + v];
        }
        for (int a = 0; a < axes; a++) {
            long i = index % members[2 + a];
            index /= members[2 + a];
            for (int v = 0; v < views; v++) {
                at[v] += i * members[2 + StridedLoop.AXES + StridedLoop.VIEWS + v * StridedLoop.AXES + a];
            }
        }
        return at;
    }

    private static long position(View v, long index) {
        long at = v.offset();
        for (int a = v.shape().rank() - 1; a >= 0; a--) {
            at += index % v.shape().size(a) * v.stride(a);
            index /= v.shape().size(a);
        }
        return at;
    }

    @Test
    void findsEveryElementOfEveryView() {
        Random r = new Random(1);
        for (int round = 0; round < 500; round++) {
            int rank = r.nextInt(6);
            long[] sizes = r.longs(rank, 1, 4).toArray();
            Shape shape = Shape.of(sizes);
            View[] views = new View[1 + r.nextInt(StridedLoop.VIEWS)];
            for (int v = 0; v < views.length; v++) {
                long[] strides = r.nextBoolean()
                        ? View.denseStrides(shape)
                        : r.longs(rank, -9, 9).toArray();
                views[v] = view(shape, r.nextInt(1000), strides);
            }
            long[] members = StridedLoop.of(views).members();
            assertThat(members[0]).isEqualTo(shape.elements());
            for (long i = 0; i < shape.elements(); i++) {
                long[] at = positions(members, i, views.length);
                for (int v = 0; v < views.length; v++) {
                    assertThat(at[v]).isEqualTo(position(views[v], i));
                }
            }
        }
    }

    @Test
    void joinsAxesThatLieInMemoryLikeOne() {
        Shape shape = Shape.of(2, 3, 1, 5);
        View dense = view(shape, 0, View.denseStrides(shape));
        assertThat(StridedLoop.of(dense, dense).sizes()).containsExactly(30);
        assertThat(StridedLoop.of(dense, view(shape, 0, 0, 0, 0, 1)).sizes()).containsExactly(5, 6);
        assertThat(StridedLoop.of(dense, view(shape, 0, 1, 0, 0, 0)).sizes()).containsExactly(15, 2);
        assertThat(StridedLoop.of(view(Shape.of(), 7)).members()).startsWith(1, 1, 1);
        assertThat(StridedLoop.of(view(Shape.of(3, 0), 0, 1, 1)).count()).isZero();
    }

    /** Positions beyond 2^31 elements, and beyond 2^31 bytes. */
    @Test
    void countsIn64Bits() {
        Shape shape = Shape.of(3L << 30, 5);
        View dense = view(shape, 0, View.denseStrides(shape));
        View transposed = view(shape, 1L << 40, 1, 3L << 30);
        long[] members = StridedLoop.of(dense, transposed).members();
        long last = shape.elements() - 1;
        assertThat(positions(members, last, 2)).containsExactly(position(dense, last), position(transposed, last));
        assertThat(position(dense, last)).isEqualTo(15 * (1L << 30) - 1);
    }

    /** Shapes have at most as many axes as the struct. */
    @Test
    void allAxesOfAShapeFit() {
        long[] sizes = new long[StridedLoop.AXES];
        long[] strides = new long[StridedLoop.AXES];
        for (int a = 0; a < sizes.length; a++) {
            sizes[a] = 2;
            strides[a] = 3L << a;
        }
        Shape shape = Shape.of(sizes);
        assertThat(StridedLoop.of(view(shape, 0, strides)).sizes()).hasSize(StridedLoop.AXES);
        assertThatThrownBy(() -> Shape.of(new long[StridedLoop.AXES + 1])).hasMessageContaining("axes");
    }
}
