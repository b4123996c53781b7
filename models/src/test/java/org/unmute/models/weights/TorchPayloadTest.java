package org.unmute.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.files.MalformedFileException;

/** Checkpoints that would run code in Python. */
class TorchPayloadTest {
    @TempDir
    Path folder;

    static Stream<String> functions() {
        return Stream.of("""
                os/system posix/system nt/system subprocess/Popen sys/exit socket/socket shutil/rmtree
                importlib/import_module runpy/run_path builtins/eval __builtin__/eval builtins/exec builtins/getattr
                builtins/compile builtins/__import__ builtins/open builtins/map __builtin__/execfile
                operator/attrgetter _operator/methodcaller functools/partial types/FunctionType types/CodeType
                ctypes/CDLL pickle/loads _pickle/loads marshal/loads webbrowser/open pty/spawn
                multiprocessing.util/spawnv_passfds asyncio.unix_events/_UnixSubprocessTransport
                code/InteractiveInterpreter torch.hub/load torch/load torch.serialization/load torch.jit/load
                torch.storage/_load_from_bytes torch.fx.graph_module/reduce_graph_module
                torch.utils.cpp_extension/load numpy.testing._private.utils/runstring numpy.f2py.crackfortran/myeval
                numpy/load numpy.core.memmap/memmap pandas/read_pickle joblib/load torch/os.system
                torch/serialization.os.system torch/_utils.sys.modules collections/OrderedDict.__init__
                collections/OrderedDict.__class__.__base__ collections/_sys fairseq/subprocess pip/main pdb/run
                timeit/timeit io/open codecs/open copyreg/add_extension
                """.split("\\s+"));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void theFunctionIsNamedAndTheFileRefused(String function) throws IOException {
        String module = function.substring(0, function.indexOf('/'));
        String name = function.substring(function.indexOf('/') + 1);
        String canary = folder.resolve("ran").toString();
        byte[] global = Pickle.two("}( 'w' six 'x'")
                .global(module, name)
                .text("touch " + canary)
                .stop("#133 R u");
        byte[] stackGlobal = new Pickle()
                .op(0x80, 4)
                .text(module)
                .text(name)
                .op(0x93)
                .text("touch " + canary)
                .stop("#133 R");
        byte[] twoTimes = Pickle.two().global(module, name).text(canary).stop("#133 #129 0 }");
        String python3 = (module.startsWith("__builtin__") ? "builtins" : module.replace("numpy.core", "numpy._core"))
                + "." + name;
        for (byte[] pickle : List.of(global, stackGlobal, twoTimes)) {
            for (byte[] file : List.of(Archive.of(pickle, new byte[24]).build(), Archive.legacy(pickle))) {
                Path path = Files.write(folder.resolve("payload.pt"), file);
                assertThatThrownBy(() -> TorchFile.open(path))
                        .isInstanceOf(MalformedFileException.class)
                        .hasMessageContaining("runs-code")
                        .hasMessageContaining("this checkpoint tries to run code: " + python3 + ":");
                Files.delete(path);
            }
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).as("files after loading").isEmpty();
        }
    }

    /** The opcodes of protocols 0 and 1 are not supported, but their globals are still detected. */
    @ParameterizedTest
    @ValueSource(strings = {"cos\nsystem\n(S'touch ran'\ntR.", "(S'touch ran'\nios\nsystem\n.", "(ios\nsystem\n."})
    void oldProtocolsAreRefusedToo(String text) throws IOException {
        Path path = Files.write(
                folder.resolve("payload.pt"),
                Archive.of(text.getBytes(StandardCharsets.US_ASCII)).build());
        assertThatThrownBy(() -> TorchFile.open(path))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageMatching(text.startsWith("(S") ? ".*unknown-opcode.*" : ".*run code: os.system:.*");
    }

    @Test
    void harmlessNamesAreKept() throws IOException {
        List<String> names = new ArrayList<>(List.of(
                "builtins set",
                "builtins slice",
                "__builtin__ complex",
                "builtins type",
                "collections deque",
                "pathlib PosixPath",
                "datetime datetime",
                "enum Enum",
                "fairseq.data.Dictionary x",
                "numpy.random._pickle __randomstate_ctor",
                "torch.nn.modules.linear Linear",
                "torch.optim.adamw AdamW",
                "torch.serialization _get_layout",
                "mypackage.os.path thing",
                "__main__ Args",
                "models Outer.Inner"));
        Pickle pickle = Pickle.two("( six");
        for (String name : names) {
            String[] parts = name.split(" ");
            pickle.global(parts[0], parts[1]);
        }
        Path path = Files.write(
                folder.resolve("a.pt"),
                Archive.of(pickle.stop("t"), new byte[24]).build());
        try (TorchFile file = TorchFile.open(path)) {
            assertThat(file.names()).containsExactly("0");
            assertThat(file.opaque())
                    .extracting(TorchFile.Opaque::className)
                    .containsExactlyElementsOf(names.stream()
                            .map(n -> n.replace("__builtin__", "builtins").replace(' ', '.'))
                            .toList());
        }
    }
}
