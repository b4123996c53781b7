package org.unmute.tensor.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Tests that a frozen buffer may drop its numbers if a packed form holds them. */
class HostBufferTest {
    private static final float[] NUMBERS = {1, -0f, Float.intBitsToFloat(0x7fc12345), Float.NEGATIVE_INFINITY, 3e-45f};

    /** A packed form: the numbers in reverse order. */
    private record Reversed(float[] numbers) {
        static Reversed of(float[] x) {
            Reversed r = new Reversed(new float[x.length]);
            reverse(x, r.numbers);
            return r;
        }

        static void reverse(float[] from, float[] to) {
            for (int i = 0; i < from.length; i++) {
                to[from.length - 1 - i] = from[i];
            }
        }

        /** Packs a buffer and declares that the packed form replaces its array. */
        static Reversed holding(HostBuffer b) {
            Reversed r = of(b.floats());
            b.replacedByPacked(out -> reverse(r.numbers, out));
            return r;
        }
    }

    private static int[] bits(float[] x) {
        int[] bits = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            bits[i] = Float.floatToRawIntBits(x[i]);
        }
        return bits;
    }

    private static HostBuffer frozen() {
        HostBuffer b = HostBuffer.wrap(NUMBERS.clone());
        b.freeze();
        return b;
    }

    @Test
    void thePackedFormHoldsThemAndWhoeverAsksGetsTheSameBits() {
        HostBuffer b = frozen();
        Reversed packed = b.packed(Reversed.class, Reversed::holding);
        assertThat(b.holdsElements()).isFalse();
        assertThat(b.packed(Reversed.class, Reversed::holding)).isSameAs(packed);
        assertThat(bits(b.floats())).isEqualTo(bits(NUMBERS));
        assertThat(b.get(3)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(b.holdsElements()).isFalse();
        assertThat(b.bytes()).isEqualTo(20);
    }

    @Test
    void anotherFormIsMadeOfThemToo() {
        HostBuffer b = frozen();
        b.packed(Reversed.class, Reversed::holding);
        assertThat(b.packed(String.class, x -> x.floats().length + " numbers, first " + x.floats()[0]))
                .isEqualTo("5 numbers, first 1.0");
        assertThat(bits(b.floats())).isEqualTo(bits(NUMBERS));
        b.packed(Reversed.class, Reversed::holding);
        assertThat(bits(b.floats())).isEqualTo(bits(NUMBERS));
    }

    @Test
    void theArrayStaysWhereTheFormIsNotKept() {
        HostBuffer changing = HostBuffer.wrap(NUMBERS.clone());
        changing.packed(Reversed.class, Reversed::holding);
        assertThat(changing.holdsElements()).as("not frozen").isTrue();

        HostBuffer aside = frozen();
        Reversed.holding(aside);
        assertThat(aside.holdsElements()).as("made outside packed()").isTrue();

        HostBuffer silent = frozen();
        silent.packed(Reversed.class, b -> Reversed.of(b.floats()));
        assertThat(silent.holdsElements()).as("the form may not hold all").isTrue();
    }

    @Test
    void aPooledArrayIsNotRecycledOncePackedBecauseOthersMayReadIt() {
        AtomicInteger recycled = new AtomicInteger();
        HostBuffer pooled = HostBuffer.pooled(NUMBERS.clone(), _ -> recycled.incrementAndGet());
        pooled.freeze();
        pooled.packed(Reversed.class, Reversed::holding);
        assertThat(pooled.holdsElements()).isFalse();
        assertThat(bits(pooled.floats())).isEqualTo(bits(NUMBERS));
        pooled.close();
        assertThat(recycled).hasValue(0);
    }

    @Test
    void theArrayStaysIfPackingFails() {
        HostBuffer b = frozen();
        assertThatThrownBy(() -> b.packed(Reversed.class, x -> {
                    Reversed.holding(x);
                    throw new IllegalStateException("out of memory");
                }))
                .hasMessage("out of memory");
        assertThat(b.holdsElements()).isTrue();
        assertThat(b.floats()).isEqualTo(NUMBERS);
    }

    /** A source that counts the numbers requested. */
    private static ElementSource counting(AtomicInteger asked) {
        return (from, to, at, count) -> {
            asked.addAndGet(count);
            System.arraycopy(NUMBERS, (int) from, to, at, count);
        };
    }

    @Test
    void whatIsUnreadIsReadOnceByWhoeverAsks() {
        AtomicInteger asked = new AtomicInteger();
        HostBuffer b = HostBuffer.lazy(5, counting(asked));
        assertThat(b.isFrozen()).isTrue();
        assertThat(b.bytes()).isEqualTo(20);
        assertThat(asked).hasValue(0);
        assertThat(bits(b.floats())).isEqualTo(bits(NUMBERS));
        assertThat(b.get(3)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(b.lazySource()).isNull();
        assertThat(b.holdsElements()).isTrue();
        assertThat(asked).hasValue(5);
    }

    @Test
    void whatIsUnreadMayGoIntoThePackedFormAlone() {
        AtomicInteger asked = new AtomicInteger();
        HostBuffer b = HostBuffer.lazy(5, counting(asked));
        b.packed(Reversed.class, x -> {
            float[] read = new float[5];
            x.lazySource().read(0, read, 0, 2);
            x.lazySource().read(2, read, 2, 3);
            Reversed r = Reversed.of(read);
            x.replacedByPacked(out -> Reversed.reverse(r.numbers, out));
            return r;
        });
        assertThat(b.holdsElements()).isFalse();
        assertThat(b.lazySource()).isNull();
        assertThat(bits(b.floats())).isEqualTo(bits(NUMBERS));
        assertThat(asked).as("the source is not asked again").hasValue(5);
    }

    @Test
    void whatCannotBeReadStaysUnread() {
        HostBuffer b = HostBuffer.lazy(5, (_, _, _, _) -> {
            throw new IllegalArgumentException("damaged");
        });
        assertThatThrownBy(b::floats).hasMessage("damaged");
        assertThatThrownBy(() -> b.packed(Reversed.class, Reversed::holding)).hasMessage("damaged");
        assertThat(b.holdsElements()).isFalse();
        b.close();
        assertThatThrownBy(b::floats)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("buffer is closed");
    }

    @Test
    void aClosedBufferHasNothing() {
        HostBuffer b = frozen();
        b.packed(Reversed.class, Reversed::holding);
        b.close();
        assertThatThrownBy(b::floats)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("buffer is closed");
    }
}
