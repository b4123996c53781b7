package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsWriter;

/** Exit status and message of what goes wrong before any work, and {@code doctor}. */
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
        assertThat(tag(encoder).endsWith(ExitCode.INPUT).err()).contains("has no classification head").contains("unmute probe");
        assertThat(tag(folder.resolve("nowhere.safetensors")).endsWith(ExitCode.INPUT).err()).contains("no such encoder file");
        Path text = Files.writeString(folder.resolve("text.safetensors"), "this is a text and no checkpoint");
        assertThat(tag(text).endsWith(ExitCode.INPUT).err()).contains("text.safetensors");
        Path strange = folder.resolve("strange.safetensors");
        new SafetensorsWriter().add("conv1.weight", Shape.of(2), new float[2]).write(strange);
        assertThat(tag(strange).endsWith(ExitCode.INPUT).err()).contains("no encoder known here").contains("conv1.weight");
    }

    @Test
    void noRecordingsAreAnErrorOfTheInput() throws IOException {
        for (Path audio : new Path[] {Files.createDirectories(folder.resolve("silence")), folder.resolve("nowhere")}) {
            assertThat(Ran.unmute("embed", "-q", "--encoder", encoder, "--audio", audio, "--out", folder.resolve("c"))
                    .endsWith(ExitCode.INPUT).err()).contains(audio.toString());
        }
    }

    @Test
    void aBackendThatIsNotThereIsNotReplaced() {
        for (String command : new String[] {"tag", "embed"}) {
            assertThat(Ran.unmute(command, "--encoder", encoder, "--audio", recordings, "--backend", "cuda",
                    command.equals("tag") ? "--scores" : "--out", folder.resolve("x")).endsWith(ExitCode.DEVICE).err())
                    .contains("backend cuda is not known").contains("scalar");
        }
        assertThat(Ran.unmute("doctor", "--backend", "cuda").endsWith(ExitCode.DEVICE).err()).contains("backend cuda is not known");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void unknownOptionsAreErrorsOfUsage() {
        assertThat(tag(encoder, "--loudness", 3).endsWith(ExitCode.USAGE).err()).contains("--loudness");
        assertThat(Ran.unmute("probe", "--probe", "psychic", "--cache", "c", "--labels", "l", "--out", "o").endsWith(ExitCode.USAGE).err())
                .contains("psychic").contains("protobin");
        assertThat(Ran.unmute("eval", "--labels", "l").endsWith(ExitCode.USAGE).err()).contains("--run").contains("--scores");
    }

    @Test
    void doctorListsEveryBackendAndWhyOthersAreMissing() {
        String out = Ran.unmute("doctor").endsWith(ExitCode.OK).out();
        assertThat(out).containsPattern("(?m)^vector +(yes|no) +\\S+").containsPattern("(?m)^scalar +yes +\\S+");
        JsonNode json = Ran.unmute("doctor", "--json").endsWith(ExitCode.OK).json();
        assertThat(json.get("backends").findValuesAsText("backend")).contains("vector", "scalar");
        for (JsonNode b : json.get("backends")) {
            assertThat(b.get("detail").asText()).as(b.get("backend").asText()).isNotBlank();
        }
    }
}
