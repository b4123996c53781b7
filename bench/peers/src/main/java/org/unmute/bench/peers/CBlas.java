package org.unmute.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.bench.peer.PeerException;
import org.unmute.files.AtomicFile;
import org.unmute.tensor.Shape;

/**
 * A library with {@code cblas_sgemm}, taken from a jar of natives and called through the foreign function interface on
 * memory off the heap.
 */
abstract class CBlas implements Peer {
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;
    private static final long ALIGNMENT = 64;

    private final SymbolLookup library;
    private final MethodHandle sgemm;
    /** Folder of the libraries that this one loads itself. */
    private final Path folder;

    /**
     * @param jar begins the name of the jar on the class path
     * @param main the library that is opened, by the beginning of its file's name
     * @param setThreads its function that sets the number of threads
     */
    CBlas(String jar, String main, String setThreads, int threads) throws IOException {
        folder = Files.createDirectories(
                Path.of(System.getProperty("bench.natives")).resolve(jar));
        Path found = unpack(jar, main);
        library = SymbolLookup.libraryLookup(found, Arena.global());
        var i = ValueLayout.JAVA_INT;
        var f = ValueLayout.JAVA_FLOAT;
        var p = ValueLayout.ADDRESS;
        try {
            function(setThreads, FunctionDescriptor.ofVoid(i)).invokeExact(threads);
        } catch (Throwable e) {
            throw new IOException(setThreads + " failed", e);
        }
        sgemm = function("cblas_sgemm", FunctionDescriptor.ofVoid(i, i, i, i, i, i, f, p, i, p, i, f, p, i));
    }

    /** Unpacks the shared libraries once. */
    private Path unpack(String jar, String main) throws IOException {
        Path file = Path.of(jarOnPath(jar));
        Path found = null;
        try (JarFile in = new JarFile(file.toFile())) {
            for (JarEntry entry :
                    in.stream().filter(e -> e.getName().contains(".so")).toList()) {
                String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                Path to = folder.resolve(name);
                if (!Files.exists(to) || Files.size(to) != entry.getSize()) {
                    try (InputStream bytes = in.getInputStream(entry)) {
                        AtomicFile.write(to, bytes.readAllBytes());
                    }
                }
                if (name.startsWith(main)) {
                    found = to;
                }
            }
        }
        if (found == null) {
            throw new IOException(file.getFileName() + " has no library " + main);
        }
        return found;
    }

    private static String jarOnPath(String jar) throws IOException {
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            if (Path.of(entry).getFileName().toString().startsWith(jar)) {
                return entry;
            }
        }
        throw new IOException("no " + jar + " jar on the class path");
    }

    final MethodHandle function(String name, FunctionDescriptor type) {
        MemorySegment address =
                library.find(name).orElseThrow(() -> new UnsatisfiedLinkError("the library has no " + name));
        return Linker.nativeLinker().downcallHandle(address, type);
    }

    @Override
    public final Call prepare(CaseFolder cases) throws Exception {
        if (!cases.kind().equals("matmul")) {
            throw new PeerException("has matrix products only");
        }
        return new Product(cases);
    }

    /** {@code y = x wᵀ} */
    private final class Product implements Call {
        private final Arena arena = Arena.ofConfined();
        private final int rows;
        private final int in;
        private final int out;
        private final MemorySegment x;
        private final MemorySegment w;
        private final MemorySegment y;

        Product(CaseFolder cases) throws IOException {
            rows = cases.size("rows");
            in = cases.size("in");
            out = cases.size("out");
            x = copy(cases.floats("x"));
            w = copy(cases.floats("w"));
            y = arena.allocate(4L * rows * out, ALIGNMENT);
        }

        private MemorySegment copy(float[] values) {
            MemorySegment to = arena.allocate(4L * values.length, ALIGNMENT);
            MemorySegment.copy(values, 0, to, ValueLayout.JAVA_FLOAT, 0, values.length);
            return to;
        }

        @Override
        public void run() {
            try {
                sgemm.invokeExact(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, rows, out, in, 1f, x, in, w, in, 0f, y, out);
            } catch (Throwable e) {
                throw new IllegalStateException("cblas_sgemm failed", e);
            }
        }

        @Override
        public void show(CaseFolder to) throws Exception {
            to.write("y", Shape.of(rows, out), y.toArray(ValueLayout.JAVA_FLOAT));
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
