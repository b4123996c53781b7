package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.scalar.ScalarBackend;

class GradTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;

    @Test
    void sumsGradientsOfSeveralUses() {
        Tensor x = Tensor.of(B, new double[] {1, 2, 3}, 3).parameter();
        Tensor loss = x.times(x).plus(x.times(3)).sum();
        assertThat(Grad.of(loss).wrt(x).toDoubles()).containsExactly(5, 7, 9);
    }

    @Test
    void reducesBroadcastOperands() {
        Tensor a = Tensor.of(B, new double[] {1, 2}, 2, 1).parameter();
        Tensor b = Tensor.of(B, new double[] {10, 20, 30}, 3).parameter();
        Grad g = Grad.of(a.times(b).sum());
        assertThat(g.wrt(a).toDoubles()).containsExactly(60, 60);
        assertThat(g.wrt(b).toDoubles()).containsExactly(3, 3, 3);
    }

    @Test
    void matmulAndSoftmaxRun() {
        Tensor a = Tensor.of(B, new float[] {1, 2, 3, 4}, 2, 2).parameter();
        Tensor y = a.matmul(a.transpose(0, 1)).softmax(-1).max(1).values().sum();
        assertThat(Grad.of(y).wrt(a).shape()).isEqualTo(Shape.of(2, 2));
    }

    @Test
    void namesBothShapes() {
        Tensor a = Tensor.of(B, new float[6], 2, 3);
        assertThatThrownBy(() -> a.matmul(a)).hasMessageContaining("matmul").hasMessageContaining("[2, 3]");
    }

    @Test
    void scopeReleasesWhatIsNotKept() {
        Tensor kept;
        Tensor lost;
        try (TensorScope scope = new TensorScope()) {
            kept = Tensor.of(B, new float[] {1}, 1);
            lost = Tensor.of(B, new float[] {2}, 1);
            scope.keep(kept);
            assertThat(scope.liveBytes()).isEqualTo(4);
            assertThat(scope.peakBytes()).isEqualTo(8);
        }
        assertThat(kept.item()).isEqualTo(1);
        assertThatThrownBy(lost::item).hasMessageContaining("closed");
    }
}
