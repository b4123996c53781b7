package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.probes.truth.TrainingBoxes.Box;
import org.unmute.probes.truth.TrainingBoxes.OfClass;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** A summary of training boxes in the files of probes. */
class SavedBoxesTest {
    private static final TrainingBoxes BOXES = new TrainingBoxes(List.of(
            OfClass.of(List.of(new Box(0.1 + 1e-17, Math.PI, 8000), new Box(7, 20, 655.1), new Box(7, 20, 655.1))),
            OfClass.NONE,
            OfClass.of(List.of(new Box(3, 100, 200)))));

    @TempDir
    private Path folder;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private TrainedProbe probe() {
        Probe probe = Probes.create(scalar, "protobin", 12, 3, false, ProbeOptions.parse("prototypes=2"), 4);
        return new TrainedProbe(probe, List.of("crow", "rain", "wren"), false, false, null, "e", "f");
    }

    @Test
    void isReadBackToTheLastBit() throws IOException {
        Path file = folder.resolve("probe.safetensors");
        probe().withBoxes(BOXES).save(file);
        TrainedProbe after = TrainedProbe.load(file, scalar);
        assertThat(after.boxes()).isEqualTo(BOXES);
        assertThat(after.withSoundOnly(true).with(null).withEvents(null).boxes())
                .isEqualTo(BOXES);
        after.save(folder.resolve("again.safetensors"));
        assertThat(folder.resolve("again.safetensors")).hasSameBinaryContentAs(file);
    }

    @Test
    void classesWithoutAnyBox() throws IOException {
        TrainingBoxes none = new TrainingBoxes(List.of(OfClass.NONE, OfClass.NONE, OfClass.NONE));
        Path file = folder.resolve("none.safetensors");
        probe().withBoxes(none).save(file);
        assertThat(TrainedProbe.load(file, scalar).boxes()).isEqualTo(none);
    }

    @Test
    void aProbeWithoutHasNone() throws IOException {
        Path file = folder.resolve("plain");
        probe().save(file);
        try (SafetensorsFile content = SafetensorsFile.open(file)) {
            assertThat(content.names()).noneMatch(name -> name.startsWith("boxes"));
        }
        assertThat(TrainedProbe.load(file, scalar).boxes()).isNull();
    }

    @Test
    void thatOfOtherClassesIsRefused() {
        TrainingBoxes two = new TrainingBoxes(BOXES.classes().subList(0, 2));
        assertFails(() -> probe().withBoxes(two), "training boxes of 2 classes, the probe has 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"boxes.bands", "boxes.counts", "boxes.bands_of_class"})
    void aMissingTensorIsNamed(String name) throws IOException {
        refused(name, _ -> {}, name + " is missing");
    }

    @Test
    void damageIsNamed() throws IOException {
        refused("boxes.counts", out -> out.add("boxes.counts", Shape.of(2), new int[2]), "boxes.bands has shape");
        refused("boxes.counts", out -> out.add("boxes.counts", Shape.of(3), new int[] {1, 0, 1}), "a band of 0 boxes");
        refused(
                "boxes.bands_of_class",
                out -> out.add("boxes.bands_of_class", Shape.of(3), new int[] {3, -1, 1}),
                "do not add up to the 3");
        refused(
                "boxes.bands_of_class",
                out -> out.add("boxes.bands_of_class", Shape.of(3), new int[] {2, 1, 0}),
                "1 bands, quantiles");
        refused(
                "boxes.bands",
                out -> out.add("boxes.bands", Shape.of(3, 2), new double[] {1, 2, 3, 4, 6, 5}),
                "0 <= low < high: 6.0 to 5.0 Hz");
        refused(
                "boxes.quantiles",
                out -> out.add("boxes.quantiles", Shape.of(2, 9), new double[18]),
                "boxes.quantiles has shape");
    }

    private void refused(String without, Consumer<SafetensorsWriter> instead, String message) throws IOException {
        Path whole = folder.resolve("whole");
        probe().withBoxes(BOXES).save(whole);
        Path file = folder.resolve("damaged");
        try (SafetensorsFile content = SafetensorsFile.open(whole)) {
            SafetensorsWriter out = new SafetensorsWriter();
            content.metadata().forEach(out::metadata);
            for (String name : content.names()) {
                if (name.equals(without)) {
                    continue;
                }
                switch (name) {
                    case "boxes.counts", "boxes.bands_of_class" ->
                        out.add(name, content.shape(name), content.ints(name));
                    case "boxes.bands", "boxes.quantiles" -> out.add(name, content.shape(name), content.doubles(name));
                    default -> out.add(name, content.shape(name), content.floats(name));
                }
            }
            instead.accept(out);
            out.write(file);
        }
        assertFails(IOException.class, () -> TrainedProbe.load(file, scalar), message, file.toString());
    }
}
