package org.unmute.cli.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.unmute.cli.Checkout;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.ClipSound;
import org.unmute.probes.train.BatchReader;
import org.unmute.probes.train.TokenSet;
import org.unmute.tensor.op.Op;

/**
 * Exported records with arrays compare what is in the arrays: what Java generates compares their identity, which nobody
 * expects of a record.
 */
class ExportedRecordsTest {
    /** On their way through a pass or a training, with a failure or a source that has no content to compare. */
    private static final Set<Class<?>> PASSING = Set.of(ClipSound.class, BatchReader.Batch.class, TokenSet.class);

    /** An op is a node of a graph of gradients: its tensors compare by identity, and so does the node. */
    private static boolean isPassing(Class<?> type) {
        return PASSING.contains(type) || Op.class.isAssignableFrom(type);
    }

    @Test
    void compareTheContentOfArrays() throws IOException {
        List<String> byIdentity = new ArrayList<>();
        for (String module : ExportedSignaturesTest.modules()) {
            for (Class<?> type :
                    ExportedSignatures.types(Checkout.root().resolve(module).resolve("target/classes"))) {
                boolean arrays = type.isRecord()
                        && Arrays.stream(type.getRecordComponents())
                                .anyMatch(c -> c.getType().isArray());
                if (arrays && isGenerated(type, "equals") && !isPassing(type)) {
                    byIdentity.add(type.getName());
                }
            }
        }
        assertThat(byIdentity)
                .as(
                        "records with arrays that compare by identity: write equals, hashCode and toString, as TokenMap does")
                .isEmpty();
    }

    @Test
    void generatedMethodsAreTold() throws IOException {
        assertThat(isGenerated(TokenMap.class, "equals")).isFalse();
        assertThat(isGenerated(TokenSet.class, "equals")).isTrue();
    }

    private static boolean isGenerated(Class<?> type, String method) throws IOException {
        ClassModel model;
        try (InputStream in = type.getResourceAsStream(
                type.getName().substring(type.getPackageName().length() + 1) + ".class")) {
            model = ClassFile.of().parse(in.readAllBytes());
        }
        return model.methods().stream()
                .filter(m -> m.methodName().equalsString(method))
                .flatMap(m -> m.code().orElseThrow().elementStream())
                .anyMatch(e -> e instanceof InvokeDynamicInstruction i
                        && i.bootstrapMethod().owner().displayName().equals("ObjectMethods"));
    }
}
