package org.unmute.convert.export;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.CustomOp;

class TranslationTest {
    private record Reversal(Tensor x) implements CustomOp {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public Tensor forward() {
            return x;
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(gy.negate());
        }
    }

    private static OpRecord reversed(int rows) {
        return OpRecord.of(List.of(Tensor.ones(rows, 3)), in -> List.of(Tensor.run(new Reversal(in.getFirst()))));
    }

    @Test
    void customOpsHaveNoForm() {
        Translation translation =
                new Translation(new OnnxGraph("g"), reversed(1), reversed(2), List.of("x"), Map.of(), false);
        assertThatThrownBy(translation::run)
                .isInstanceOf(ExportException.class)
                .hasMessage("export: reversal is an op of your own, which has no form as nodes of a graph: "
                        + Reversal.class.getName() + ": compose it from the engine's ops");
    }
}
