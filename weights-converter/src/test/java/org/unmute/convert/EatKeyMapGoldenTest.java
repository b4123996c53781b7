package org.unmute.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.Golden;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.StoredTensor;

/** EAT and SSLAM checkpoints in the authors' names become, byte for byte, those in Hugging Face's. */
@Tag("golden")
class EatKeyMapGoldenTest {
    @TempDir
    Path temporary;

    @TestFactory
    List<DynamicTest> convertsToTheHuggingFaceFile() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> folders = Files.list(Golden.require("tiny"))) {
            for (Path folder : folders.sorted().toList()) {
                if (hasBothNamings(folder)) {
                    found.add(folder);
                }
            }
        }
        if (found.isEmpty()) {
            Golden.require("tiny/eat");
        }
        return Golden.cases("EAT in both namings", found).stream()
                .map(folder -> dynamicTest(folder.getFileName().toString(), () -> convert(folder))).toList();
    }

    private static boolean hasBothNamings(Path folder) throws IOException {
        Path authors = folder.resolve("model.safetensors");
        if (!Files.exists(authors) || !Files.exists(folder.resolve("model_hf.safetensors"))) {
            return false;
        }
        try (SafetensorsFile file = SafetensorsFile.open(authors)) {
            return file.names().stream().anyMatch(name -> name.contains("modality_encoders.IMAGE."));
        }
    }

    private void convert(Path folder) throws Exception {
        Path source = folder.resolve("model.safetensors");
        Path target = temporary.resolve(folder.getFileName() + ".safetensors");
        Report report = Conversion.run(source, target, EatKeyMap.TO_HUGGING_FACE);
        assertThat(report.complete()).isTrue();
        try (SafetensorsFile converted = SafetensorsFile.open(target);
                SafetensorsFile expected = SafetensorsFile.open(folder.resolve("model_hf.safetensors"))) {
            assertThat(converted.names()).containsExactlyInAnyOrderElementsOf(expected.names());
            for (String name : expected.names()) {
                StoredTensor want = expected.entry(name);
                StoredTensor got = converted.entry(name);
                assertThat(got.type()).as(name).isEqualTo(want.type());
                assertThat(got.shape()).as(name).isEqualTo(want.shape());
                assertThat(got.data().mismatch(want.data())).as("first byte of " + name + " that differs").isEqualTo(-1);
            }
            assertThat(converted.metadata()).containsAllEntriesOf(expected.metadata())
                    .containsEntry(Conversion.SOURCE_SHA256, sha256(source))
                    .containsEntry(Conversion.SOURCE_FILE, "model.safetensors")
                    .containsEntry(Conversion.KEY_MAP, "eat-to-hugging-face");
        }
        assertThat(again(folder, target)).isEqualTo(report.written().size());
    }

    /** A file in Hugging Face's names passes unchanged; returns how many names stay. */
    private int again(Path folder, Path target) throws IOException {
        Path second = temporary.resolve(folder.getFileName() + "-again.safetensors");
        Report report = Conversion.run(target, second, EatKeyMap.TO_HUGGING_FACE);
        assertThat(report.renamed()).isEmpty();
        assertThat(report.dropped()).isEmpty();
        try (SafetensorsFile a = SafetensorsFile.open(target); SafetensorsFile b = SafetensorsFile.open(second)) {
            assertThat(b.names()).isEqualTo(a.names());
            for (String name : a.names()) {
                assertThat(b.entry(name).data().toArray(ValueLayout.JAVA_BYTE))
                        .as(name).isEqualTo(a.entry(name).data().toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return report.kept().size();
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
