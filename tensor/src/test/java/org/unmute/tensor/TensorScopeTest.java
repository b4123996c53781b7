package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.scalar.ScalarBackend;

class TensorScopeTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;

    /** A tensor of {@code n} bytes, a multiple of 4. */
    private static Tensor bytes(int n) {
        return Tensor.zeros(B, DType.F32, Shape.of(n / 4));
    }

    private static void assertClosed(Tensor t) {
        assertThatThrownBy(t::toFloats)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("TensorScope");
    }

    @Test
    void keptTensorsOfAnInnerScopeBelongToTheOuter() {
        Tensor kept;
        try (TensorScope outer = new TensorScope()) {
            Tensor mine = bytes(40);
            Tensor lost;
            try (TensorScope inner = new TensorScope()) {
                kept = bytes(8);
                lost = bytes(100);
                inner.keep(kept);
                assertThat(inner.liveBytes()).isEqualTo(100);
                assertThat(inner.peakBytes()).isEqualTo(108);
                assertThat(outer.liveBytes()).isEqualTo(148);
            }
            assertClosed(lost);
            assertThat(outer.liveBytes()).isEqualTo(48);
            assertThat(outer.peakBytes()).isEqualTo(148);
            assertThat(kept.toFloats()).hasSize(2);
            assertThat(mine.toFloats()).hasSize(10);
        }
        assertClosed(kept);
    }

    @Test
    void anOuterScopeKeepsWhatAnInnerOneMade() {
        Tensor kept;
        try (TensorScope outer = new TensorScope()) {
            try (TensorScope inner = new TensorScope()) {
                kept = outer.keep(bytes(8));
                assertThat(inner.liveBytes()).isZero();
                assertThat(outer.liveBytes()).isZero();
            }
            assertThat(outer.liveBytes()).isZero();
        }
        assertThat(kept.toFloats()).hasSize(2);
    }

    @Test
    void keepingWhatAnotherScopeOwnsChangesNothing() {
        Tensor free = bytes(4);
        try (TensorScope outer = new TensorScope()) {
            Tensor t = bytes(8);
            try (TensorScope inner = new TensorScope()) {
                inner.keep(t);
                inner.keep(free);
                assertThat(inner.liveBytes()).isZero();
                assertThat(outer.liveBytes()).isEqualTo(8);
            }
            assertThat(t.toFloats()).hasSize(2);
        }
        assertThat(free.toFloats()).hasSize(1);
    }

    @Test
    void keepingAViewKeepsItsMemory() {
        Tensor view;
        try (TensorScope scope = new TensorScope()) {
            Tensor x = Tensor.of(B, new float[] {1, 2, 3, 4}, 2, 2);
            view = scope.keep(x.transpose(0, 1).select(0, 1));
            assertThat(scope.liveBytes()).isZero();
            assertThat(scope.peakBytes()).isEqualTo(16);
        }
        assertThat(view.toFloats()).containsExactly(2, 4);
    }

    @Test
    void gradientsFollowTheSameRule() {
        Tensor w = Tensor.of(B, new float[] {1, 2}, 2).parameter();
        Tensor g;
        Tensor loss;
        try (TensorScope scope = new TensorScope()) {
            loss = w.times(w).sum();
            g = scope.keep(Grad.of(loss).wrt(w));
        }
        assertThat(g.toFloats()).containsExactly(2, 4);
        assertClosed(loss);
        assertThat(w.toFloats()).containsExactly(1, 2);
    }

    @Test
    void leaksNothingOverManyScopes() {
        try (TensorScope outer = new TensorScope()) {
            Tensor x = Tensor.of(B, new float[] {1, 2, 3, 4, 5, 6}, 2, 3).parameter();
            long before = outer.liveBytes();
            long peak = 0;
            for (int i = 0; i < 3; i++) {
                try (TensorScope inner = new TensorScope()) {
                    Grad.of(x.softmax(-1)
                                    .layerNorm(null, null, 1e-5)
                                    .l2Normalize(0)
                                    .sum())
                            .wrt(x);
                    assertThat(inner.peakBytes()).isPositive();
                    assertThat(peak).as("peak of round %d", i).isIn(0L, inner.peakBytes());
                    peak = inner.peakBytes();
                }
                assertThat(outer.liveBytes()).isEqualTo(before);
            }
        }
    }

    @Test
    void closesInOrderOnItsOwnThread() throws InterruptedException {
        TensorScope outer = new TensorScope();
        TensorScope inner = new TensorScope();
        assertThatThrownBy(outer::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("inner scopes first");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                inner.close();
            } catch (IllegalStateException e) {
                thrown.set(e);
            }
        });
        thread.start();
        thread.join();
        assertThat(thrown.get()).hasMessageContaining("thread");
        inner.close();
        inner.close();
        outer.close();
    }

    @Test
    void whatIsMadeOutsideBelongsToNoScope() {
        Tensor outside;
        Tensor after;
        try (TensorScope scope = new TensorScope()) {
            outside = TensorScope.outside(() -> {
                Tensor inner;
                try (TensorScope _ = new TensorScope()) {
                    inner = bytes(4);
                }
                assertClosed(inner);
                return bytes(40);
            });
            after = bytes(8);
            assertThat(scope.liveBytes()).isEqualTo(8);
        }
        assertClosed(after);
        assertThat(outside.toFloats()).hasSize(10);
        assertThat(TensorScope.outside(() -> bytes(4)).toFloats()).hasSize(1);
    }
}
