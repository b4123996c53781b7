package org.unmute.bench.own;

import java.io.IOException;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.optim.Gradients;

/** Outputs of training steps. */
final class Steps {
    private Steps() {}

    /** All gradients, concatenated in the order of the parameters in the case. */
    static void showGradient(CaseFolder folder, Gradients gradients) throws IOException {
        int count = 0;
        for (String name : folder.texts("parameters")) {
            count += Math.toIntExact(gradients.get(name).shape().elements());
        }
        float[] all = new float[count];
        int at = 0;
        for (String name : folder.texts("parameters")) {
            Tensor gradient = gradients.get(name);
            float[] own = gradient.toFloats();
            System.arraycopy(own, 0, all, at, own.length);
            at += own.length;
        }
        folder.write("gradient", Shape.of(count), all);
    }
}
