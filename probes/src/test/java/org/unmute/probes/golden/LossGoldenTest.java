package org.unmute.probes.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.AssertionFailedError;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.probes.loss.AsymmetricLoss;
import org.unmute.probes.loss.BinaryCrossEntropy;
import org.unmute.probes.loss.CrossEntropy;
import org.unmute.probes.loss.Loss;
import org.unmute.probes.loss.Orthogonality;
import org.unmute.tensor.Grad;
import org.unmute.tensor.LossReduction;
import org.unmute.tensor.Tensor;

/** Values and gradients of every loss case in {@code probes/losses}. The settings are part of the case's name. */
@Tag("golden")
class LossGoldenTest {
    private static final Pattern ASL = Pattern.compile("asl_([\\d.]+)_([\\d.]+)_([\\d.]+)(_detached)?(_sum)?");
    private static final Pattern BCE = Pattern.compile("bce(_pos_weight)?(_sum)?");
    private static final Pattern CE = Pattern.compile("ce(_prob)?(?:_ls([\\d.]+))?(_weighted)?(_sum)?");

    @TestFactory
    List<DynamicTest> losses() throws IOException {
        Path folder = Golden.require("probes/losses");
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry : ReferenceFile.entries(folder)) {
            for (JsonNode c : entry.path("cases")) {
                String name = c.path("case").asText();
                for (Arithmetic a : Arithmetic.all()) {
                    tests.add(dynamicTest(name + " " + a, () -> {
                        try (ReferenceFile file = new ReferenceFile(folder, entry)) {
                            check(a, file, name, c);
                        }
                    }));
                }
            }
        }
        return Golden.cases("losses", tests);
    }

    private static void check(Arithmetic a, ReferenceFile file, String name, JsonNode about) {
        String loss = name.substring(0, name.lastIndexOf('/'));
        String input = name.substring(name.lastIndexOf('/') + 1);
        if (loss.equals("orthogonality")) {
            Tensor prototypes = file.read(a, name + "/prototypes").parameter();
            int perClass = about.path("J").asInt();
            file.check(a, name + "/gram_minus_eye", Orthogonality.gramMinusIdentity(prototypes, perClass));
            Tensor value = Orthogonality.of(prototypes, perClass);
            file.check(a, name + "/loss", value);
            file.check(a, name + "/grad", Grad.of(value).wrt(prototypes));
            return;
        }
        String set = input.equals("soft") ? "normal" : input;
        Tensor logits = file.read(a, "in." + set + ".logits").parameter();
        Tensor targets = targets(a, file, loss, input);
        Tensor value = loss(a, file, loss).of(logits, targets);
        Tensor gradient = Grad.of(value).wrt(logits);
        if (file.has(name + "/f32.loss")) {
            checkEither(a, file, name + "/", "loss", value);
            checkEither(a, file, name + "/", "grad", gradient);
        } else {
            file.check(a, name + "/loss", value);
            file.check(a, name + "/grad", gradient);
        }
    }

    private static Tensor targets(Arithmetic a, ReferenceFile file, String loss, String input) {
        if (loss.startsWith("ce_prob")) {
            return file.read(a, "in.prob_targets");
        }
        if (loss.startsWith("ce")) {
            return a.readInts(file.file(), "in." + input + ".targets_class");
        }
        return file.read(a, input.equals("soft") ? "in.soft_targets" : "in." + input + ".targets_multihot");
    }

    private static Loss loss(Arithmetic a, ReferenceFile file, String name) {
        Matcher m = ASL.matcher(name);
        if (m.matches()) {
            return new AsymmetricLoss(
                    number(m.group(1)),
                    number(m.group(2)),
                    number(m.group(3)),
                    1e-8,
                    m.group(4) != null,
                    reduction(m.group(5)));
        }
        m = BCE.matcher(name);
        if (m.matches()) {
            return new BinaryCrossEntropy(
                    m.group(1) == null ? null : file.read(a, "in.pos_weight"), reduction(m.group(2)));
        }
        m = CE.matcher(name);
        if (m.matches()) {
            return new CrossEntropy(
                    m.group(2) == null ? 0 : number(m.group(2)),
                    m.group(3) == null ? null : file.read(a, "in.class_weight"),
                    reduction(m.group(4)));
        }
        throw new AssertionFailedError("no loss for case " + name);
    }

    /**
     * At extreme logits, the float64 and the float32 column differ in kind. Either is accepted; where a value is NaN
     * because of 0 · ∞, so is 0 (note of the index). The tolerance depends on the size of the values, not on the
     * difference between the columns.
     */
    private static void checkEither(Arithmetic a, ReferenceFile file, String at, String what, Tensor actual) {
        double[] wide = file.file().doubles(at + what);
        double[] narrow = file.file().doubles(at + "f32." + what);
        double[] got = actual.toDoubles();
        double max = 0;
        for (int i = 0; i < wide.length; i++) {
            max = Math.max(max, Math.max(finite(wide[i]), finite(narrow[i])));
        }
        double tolerance = Math.max(3, a.factor() * 3) * 4 * 0x1p-24 * max;
        for (int i = 0; i < wide.length; i++) {
            boolean undefined = Double.isNaN(wide[i]) || Double.isNaN(narrow[i]);
            if (!ReferenceFile.near(wide[i], got[i], tolerance)
                    && !ReferenceFile.near(narrow[i], got[i], tolerance)
                    && !(undefined && Math.abs(got[i]) <= tolerance)) {
                throw new AssertionFailedError(a + " " + at + what + "[" + i + "]: " + wide[i] + " or " + narrow[i]
                        + " expected, got " + got[i] + " (tolerance " + tolerance + ")");
            }
            if (undefined && Double.isNaN(got[i])) {
                throw new AssertionFailedError(a + " " + at + what + "[" + i + "] is NaN: 0 is meant");
            }
        }
    }

    private static double finite(double x) {
        return Double.isFinite(x) ? Math.abs(x) : 0;
    }

    private static double number(String text) {
        return Double.parseDouble(text);
    }

    private static LossReduction reduction(String sum) {
        return sum == null ? LossReduction.MEAN : LossReduction.SUM;
    }
}
