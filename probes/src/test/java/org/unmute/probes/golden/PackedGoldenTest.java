package org.unmute.probes.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.unmute.kernels.contract.Failures.assertFails;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.DType;
import org.unmute.tensor.Tensor;

/**
 * The packed form of every protobin in {@code probes}, including edge cases: the descriptors of the reference, computed
 * from one bit per entry.
 */
@Tag("golden")
class PackedGoldenTest {
    @TestFactory
    List<DynamicTest> packedProbes() throws IOException {
        Golden.require("probes/index.json");
        Path folder = Golden.require("probes");
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry : ReferenceFile.entries(folder)) {
            if (!entry.path("probe").asText().equals("protobin")) {
                continue;
            }
            List<String> cases = new ArrayList<>();
            entry.path("cases").forEach(c -> cases.add(c.path("case").asText() + "/"));
            for (String at : cases.isEmpty() ? List.of("") : cases) {
                tests.add(dynamicTest(entry.path("file").asText() + " " + at, () -> {
                    try (ReferenceFile file = new ReferenceFile(folder, entry)) {
                        check(file, at);
                    }
                }));
            }
        }
        return Golden.cases("packed protobin", tests);
    }

    private static void check(ReferenceFile file, String at) {
        // adds in another order than the reference, and uses tables of float32
        Arithmetic a = new Arithmetic(Arithmetic.exact().backend(), DType.F32, 3);
        Probe probe = ReferenceProbe.of(a, file, at).probe();
        List<String> names =
                IntStream.range(0, probe.classes()).mapToObj(i -> "c" + i).toList();
        TrainedProbe trained = new TrainedProbe(probe, names, false, false, null, "", "");
        for (float x : probe.parameters().get("prototype_vectors").toFloats()) {
            if (!Float.isFinite(x)) {
                assertFails(() -> PackedProtobin.pack(trained), "prototype ", " has " + x);
                return;
            }
        }
        PackedProtobin packed = PackedProtobin.pack(trained);
        JsonNode dims = file.entry().path("dims");
        List<TokenMap> maps = new TokenBatch(
                        file.read(a, at + "in.tokens"),
                        null,
                        dims.path("T").asInt(),
                        dims.path("F").asInt())
                .maps();
        double[] all = maps.stream()
                .map(packed::descriptor)
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray();
        file.check(a, at + "out.descriptor", Tensor.of(a.backend(), all, maps.size(), packed.prototypeCount()));
    }
}
