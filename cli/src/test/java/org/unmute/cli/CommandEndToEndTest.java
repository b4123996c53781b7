package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsWriter;

/** Exit status and message of errors that occur before any work, and {@code doctor}. */
class CommandEndToEndTest {
    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path recordings;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        recordings = TinyEncoder.recordings(folder, 1, 0);
    }

    private static Ran tag(Object file, Object... backend) {
        Object[] args = {"tag", "-q", "--encoder", file, "--audio", recordings};
        Object[] all = java.util.Arrays.copyOf(args, args.length + backend.length);
        System.arraycopy(backend, 0, all, args.length, backend.length);
        return Ran.unmute(all);
    }

    @Test
    void anEncoderThatCannotTagIsAnErrorOfTheInput() throws IOException {
        tag(encoder).fails(ExitCode.INPUT, "has no classification head", "unmute probe");
        tag(folder.resolve("nowhere.safetensors")).fails(ExitCode.INPUT, "no such encoder file");
        Path text = Files.writeString(folder.resolve("text.safetensors"), "this is a text and no checkpoint");
        tag(text).fails(ExitCode.INPUT, "text.safetensors");
        Path strange = folder.resolve("strange.safetensors");
        new SafetensorsWriter().add("conv1.weight", Shape.of(2), new float[2]).write(strange);
        tag(strange).fails(ExitCode.INPUT, "no known encoder", "conv1.weight");
    }

    @Test
    void noRecordingsAreAnErrorOfTheInput() throws IOException {
        for (Path audio : new Path[] {Files.createDirectories(folder.resolve("silence")), folder.resolve("nowhere")}) {
            Ran.unmute("embed", "-q", "--encoder", encoder, "--audio", audio, "--out", folder.resolve("c"))
                    .fails(ExitCode.INPUT, audio.toString());
        }
    }

    @Test
    void aBackendThatIsNotThereIsNotReplaced() {
        assertBackendRefused("abacus", "backend abacus is not known: there are ");
    }

    @Test
    void aDeviceWithoutItsDriverIsNotReplaced() {
        Backends.Candidate cuda = Backends.candidates().stream()
                .filter(c -> c.name().equals("cuda"))
                .findFirst()
                .orElseThrow();
        assumeFalse(cuda.availability().available(), "skipped: there is an NVIDIA device here");
        assertBackendRefused(
                "cuda", "backend cuda does not run here: " + cuda.availability().reason());
    }

    private void assertBackendRefused(String name, String why) {
        for (String command : new String[] {"tag", "embed"}) {
            Ran.unmute(
                            "{} --encoder {} --audio {} --device {} {} {}",
                            command,
                            encoder,
                            recordings,
                            name,
                            command.equals("tag") ? "--scores" : "--out",
                            folder.resolve("x"))
                    .fails(ExitCode.DEVICE, why);
        }
        Ran.unmute("doctor", "--device", name).fails(ExitCode.DEVICE, why);
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void unknownOptionsAreErrorsOfUsage() {
        tag(encoder, "--loudness", 3).fails(ExitCode.USAGE, "--loudness");
        Ran.unmute("probe", "--probe", "psychic", "--cache", "c", "--labels", "l", "--out", "o")
                .fails(ExitCode.USAGE, "psychic", "protobin");
        Ran.unmute("eval", "--labels", "l").fails(ExitCode.USAGE, "--probe", "--scores");
    }

    @Test
    void doctorListsEveryBackendAndWhyOthersAreMissing() {
        String out = Ran.ok("doctor").out();
        assertThat(out)
                .containsPattern("(?m)^vector +(yes|no) +\\S+")
                .containsPattern("(?m)^scalar +yes +\\S+")
                .containsPattern("(?m)^cuda +(yes|no) +\\S+");
        JsonNode json = Ran.ok("doctor", "--json").json();
        assertThat(json.get("backends").findValuesAsText("backend")).contains("vector", "scalar");
        for (JsonNode b : json.get("backends")) {
            assertThat(b.get("detail").asText()).as(b.get("backend").asText()).isNotBlank();
        }
    }
}
