package org.unmute.tensor.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;

/** Compares views and row loops with a model that lists the position of every element. */
class StridedMemoryTest {
    private static final HostBuffer MEMORY = HostBuffer.allocate(DType.F32, 1);

    /** Positions of the elements in row-major order, rearranged by plain index arithmetic. */
    private record Model(Shape shape, long[] positions) {
        interface Source {
            long[] index(long[] of);
        }

        long at(long[] index) {
            long flat = 0;
            for (int i = 0; i < index.length; i++) {
                flat = flat * shape.size(i) + index[i];
            }
            return positions[(int) flat];
        }

        Model map(Shape to, Source source) {
            long[] p = new long[(int) to.elements()];
            for (int flat = 0; flat < p.length; flat++) {
                p[flat] = at(source.index(unravel(flat, to)));
            }
            return new Model(to, p);
        }
    }

    private record Pair(View view, Model model) {}

    private static long[] unravel(int flat, Shape shape) {
        long[] index = new long[shape.rank()];
        long rest = flat;
        for (int i = index.length - 1; i >= 0; i--) {
            index[i] = rest % shape.size(i);
            rest /= shape.size(i);
        }
        return index;
    }

    private static long[] positions(View v) {
        long[] p = new long[(int) v.shape().elements()];
        for (int flat = 0; flat < p.length; flat++) {
            long[] index = unravel(flat, v.shape());
            p[flat] = v.offset();
            for (int i = 0; i < index.length; i++) {
                p[flat] += index[i] * v.stride(i);
            }
        }
        return p;
    }

    /** A random view: with or without padded rows, then permuted, sliced, repeated and so on. */
    private static Pair randomPair(Random random, Shape shape) {
        long[] strides = View.denseStrides(shape);
        if (shape.rank() > 1 && random.nextBoolean()) {
            int pad = random.nextInt(1, 4);
            long step = Math.max(1, shape.size(-1)) + pad;
            for (int i = shape.rank() - 2; i >= 0; i--) {
                strides[i] = step;
                step *= Math.max(1, shape.size(i));
            }
        }
        View base = new View(MEMORY, shape, random.nextInt(3), strides);
        Pair p = new Pair(base, new Model(shape, positions(base)));
        for (int n = random.nextInt(5); n > 0; n--) {
            p = step(random, p);
        }
        return p;
    }

    private static Shape randomShape(Random random, int maxRank) {
        long[] s = new long[random.nextInt(maxRank + 1)];
        for (int i = 0; i < s.length; i++) {
            s[i] = random.nextInt(8) == 0 ? 0 : random.nextInt(1, 5);
        }
        return Shape.of(s);
    }

    private static Pair step(Random random, Pair p) {
        Shape shape = p.view.shape();
        int rank = shape.rank();
        int axis = rank == 0 ? 0 : random.nextInt(rank);
        switch (random.nextInt(5)) {
            case 0 -> {
                return permuted(random, p);
            }
            case 1 -> {
                if (rank > 0 && shape.size(axis) > 0) {
                    long step = random.nextBoolean() ? random.nextInt(1, 3) : -random.nextInt(1, 3);
                    long start = random.nextLong(shape.size(axis));
                    long room = step > 0 ? (shape.size(axis) - 1 - start) / step : start / -step;
                    long count = random.nextLong(room + 2);
                    return new Pair(p.view.slice(axis, start, count, step), p.model.map(shape.with(axis, count), i -> {
                        long[] j = i.clone();
                        j[axis] = start + i[axis] * step;
                        return j;
                    }));
                }
            }
            case 2 -> {
                if (rank < 5) {
                    int at = random.nextInt(rank + 1);
                    return new Pair(p.view.insert(at), p.model.map(shape.insert(at, 1), i -> without(i, at)));
                }
            }
            case 3 -> {
                if (rank > 0 && shape.size(axis) > 0) {
                    long index = random.nextLong(shape.size(axis));
                    return new Pair(p.view.select(axis, index), p.model.map(shape.without(axis), i -> {
                        long[] j = new long[i.length + 1];
                        System.arraycopy(i, 0, j, 0, axis);
                        j[axis] = index;
                        System.arraycopy(i, axis, j, axis + 1, i.length - axis);
                        return j;
                    }));
                }
            }
            default -> {
                if (rank < 5) {
                    return expanded(random, p);
                }
            }
        }
        return p;
    }

    private static Pair permuted(Random random, Pair p) {
        Shape shape = p.view.shape();
        List<Integer> shuffled = new ArrayList<>();
        for (int i = 0; i < shape.rank(); i++) {
            shuffled.add(random.nextInt(i + 1), i);
        }
        int[] order = shuffled.stream().mapToInt(Integer::intValue).toArray();
        long[] sizes = Arrays.stream(order).mapToLong(shape::size).toArray();
        return new Pair(p.view.permute(order), p.model.map(Shape.of(sizes), i -> {
            long[] j = new long[i.length];
            for (int k = 0; k < j.length; k++) {
                j[order[k]] = i[k];
            }
            return j;
        }));
    }

    private static Pair expanded(Random random, Pair p) {
        Shape shape = p.view.shape();
        long[] sizes = shape.toArray();
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = sizes[i] == 1 ? random.nextInt(4) : sizes[i];
        }
        Shape to = Shape.of(sizes).insert(0, random.nextInt(1, 4));
        return new Pair(p.view.expand(to), p.model.map(to, i -> {
            long[] j = Arrays.copyOfRange(i, 1, i.length);
            for (int k = 0; k < j.length; k++) {
                j[k] = shape.size(k) == 1 ? 0 : j[k];
            }
            return j;
        }));
    }

    private static long[] without(long[] index, int at) {
        long[] j = new long[index.length - 1];
        System.arraycopy(index, 0, j, 0, at);
        System.arraycopy(index, at + 1, j, at, j.length - at);
        return j;
    }

    /** A random shape with the same number of elements: axes are merged or split, and axes of size 1 inserted. */
    private static Shape otherShape(Random random, Shape shape) {
        List<Long> sizes = new ArrayList<>();
        for (long s : shape.toArray()) {
            if (!sizes.isEmpty() && random.nextInt(3) == 0) {
                sizes.set(sizes.size() - 1, sizes.getLast() * s);
            } else {
                sizes.add(s);
            }
        }
        for (int i = 0; i < sizes.size() && sizes.size() < 7; i++) {
            long s = sizes.get(i);
            long divisor = s > 1 ? random.nextLong(1, s + 1) : 1;
            if (s > 0 && s % divisor == 0 && random.nextBoolean()) {
                sizes.set(i, divisor);
                sizes.add(i + 1, s / divisor);
                i++;
            }
        }
        if (random.nextInt(3) == 0) {
            sizes.add(random.nextInt(sizes.size() + 1), 1L);
        }
        return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    }

    @Property
    void viewsFindTheElementsOfTheModel(@ForAll long seed) {
        Random random = new Random(seed);
        Pair p = randomPair(random, randomShape(random, 4));
        assertThat(p.view.shape()).isEqualTo(p.model.shape);
        assertThat(positions(p.view)).containsExactly(p.model.positions);
    }

    @Property
    void reshapeKeepsTheElementsOrSaysThatItNeedsACopy(@ForAll long seed) {
        Random random = new Random(seed);
        Pair p = randomPair(random, randomShape(random, 4));
        Shape to = otherShape(random, p.view.shape());
        Optional<View> reshaped = p.view.reshape(to);
        if (reshaped.isPresent()) {
            assertThat(reshaped.get().shape()).isEqualTo(to);
            assertThat(positions(reshaped.get())).containsExactly(p.model.positions);
        } else {
            assertThat(evenSteps(p.model.positions, to))
                    .as("%s to %s has strides and could be a view", p.view, to)
                    .isFalse();
        }
    }

    /**
     * Whether the positions can be those of a view of this shape, whose strides are given by the first step along each
     * axis.
     */
    private static boolean evenSteps(long[] positions, Shape shape) {
        long[] steps = new long[shape.rank()];
        long[] flatSteps = View.denseStrides(shape);
        for (int i = 0; i < steps.length; i++) {
            steps[i] = shape.size(i) > 1 ? positions[(int) flatSteps[i]] - positions[0] : 0;
        }
        return Arrays.equals(positions, positions(new View(MEMORY, shape, positions[0], steps)));
    }

    @Property
    void denseMeansRowMajorWithoutGaps(@ForAll long seed) {
        Random random = new Random(seed);
        Pair p = randomPair(random, randomShape(random, 4));
        boolean dense = true;
        for (int i = 0; i < p.model.positions.length; i++) {
            dense &= p.model.positions[i] == p.model.positions[0] + i;
        }
        if (p.model.positions.length > 0) {
            assertThat(p.view.isDense()).isEqualTo(dense);
        }
    }

    @Property
    void rowLoopsVisitAllElementsInOrder(@ForAll long seed) {
        Random random = new Random(seed);
        Pair first = randomPair(random, randomShape(random, 4));
        Pair[] pairs = new Pair[random.nextInt(1, 4)];
        pairs[0] = first;
        for (int v = 1; v < pairs.length; v++) {
            pairs[v] = sameShape(random, first.view.shape());
        }
        View[] views = Arrays.stream(pairs).map(Pair::view).toArray(View[]::new);
        check(new RowLoop(views), pairs, random);
        RowLoop last = RowLoop.alongLastAxis(views);
        if (first.view.shape().rank() > 0) {
            assertThat(last.length()).isEqualTo(first.view.shape().dim(-1));
        }
        check(last, pairs, random);
    }

    /** Another view of the same shape: of dense, padded or permuted memory, or repeated. */
    private static Pair sameShape(Random random, Shape shape) {
        if (random.nextBoolean()) {
            long[] sizes = shape.toArray();
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = random.nextInt(3) == 0 ? 1 : sizes[i];
            }
            View v = View.dense(MEMORY, Shape.of(sizes)).expand(shape);
            return new Pair(v, new Model(shape, positions(v)));
        }
        int rank = shape.rank();
        int[] order = new int[rank];
        Arrays.setAll(order, i -> rank - 1 - i);
        long[] sizes = Arrays.stream(order).mapToLong(shape::size).toArray();
        View v = View.dense(MEMORY, Shape.of(sizes)).permute(order);
        return new Pair(v, new Model(shape, positions(v)));
    }

    private static void check(RowLoop loop, Pair[] pairs, Random random) {
        long[][] seen = new long[pairs.length][pairs[0].model.positions.length];
        int[] filled = {0};
        RowLoop.Body body = at -> {
            for (int i = 0; i < loop.length(); i++) {
                for (int v = 0; v < pairs.length; v++) {
                    seen[v][filled[0]] = at[v] + (long) i * loop.step(v);
                }
                filled[0]++;
            }
        };
        // Runs in up to three parts, as several threads would.
        long a = loop.rows() == 0 ? 0 : random.nextLong(loop.rows() + 1);
        long b = a + (loop.rows() == a ? 0 : random.nextLong(loop.rows() - a + 1));
        loop.forEach(0, a, body);
        loop.forEach(a, b, body);
        loop.forEach(b, loop.rows(), body);
        assertThat(filled[0]).isEqualTo(pairs[0].model.positions.length);
        for (int v = 0; v < pairs.length; v++) {
            assertThat(seen[v]).as("view %d, %s", v, pairs[v].view).containsExactly(pairs[v].model.positions);
        }
    }
}
