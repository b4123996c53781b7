package org.unmute.kernels.vector.tile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The code C2 generated for a method, read from the output of {@code CompileCommand=print}. Without its disassembler
 * plugin ({@code hsdis}) the JVM prints bytes, which {@code objdump} from binutils then disassembles.
 */
final class CompiledCode {
    private static final Pattern METHOD = Pattern.compile(
            "Compiled method \\(c2\\)[^\\n]*? (\\S+)( @ \\d+)? \\(\\d+ bytes\\)\\n(.*?)\\[/MachCode]", Pattern.DOTALL);
    private static final Pattern BYTES = Pattern.compile("^  0x([0-9a-f]{16}): ([0-9a-f| ]+?) *$", Pattern.MULTILINE);
    private static final Pattern INSTRUCTION = Pattern.compile("^ *([0-9a-f]+):\\t(.*?) *$", Pattern.MULTILINE);
    private static final Pattern JUMP = Pattern.compile("j\\w+ +0x([0-9a-f]+)");
    private static final Pattern STACK = Pattern.compile("\\[r[sb]p[^]]*]");

    private CompiledCode() {}

    /** Instructions of a loop, in Intel syntax. */
    record Loop(List<String> instructions) {
        long multiplyAdds() {
            return instructions.stream().filter(i -> i.startsWith("vfmadd")).count();
        }

        List<String> stackAccesses() {
            return instructions.stream().filter(i -> STACK.matcher(i).find()).toList();
        }
    }

    /**
     * The bytes of the latest compilation of a method.
     *
     * @param printed output of the JVM
     * @param method {@code package.Class::name}
     * @return null if it was not compiled
     */
    static byte[] bytes(String printed, String method) {
        byte[] code = null;
        Matcher m = METHOD.matcher(printed);
        while (m.find()) {
            // An on-stack replacement (@) serves only the call that was running during its compilation.
            if (m.group(1).equals(method) && m.group(2) == null) {
                code = code(m.group(3).substring(Math.max(0, m.group(3).indexOf("[MachCode]"))));
            }
        }
        return code;
    }

    private static byte[] code(String listing) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        long start = -1;
        Matcher m = BYTES.matcher(listing);
        while (m.find()) {
            long at = Long.parseUnsignedLong(m.group(1), 16);
            start = start < 0 ? at : start;
            while (out.size() < at - start) {
                out.write(0x90);
            }
            if (out.size() == at - start) {
                out.writeBytes(
                        HexFormat.of().parseHex(m.group(2).replace("|", "").replace(" ", "")));
            }
        }
        return out.toByteArray();
    }

    /** Loops without a backward jump inside them, by address. */
    static List<Loop> innermostLoops(byte[] code) throws IOException, InterruptedException {
        Path file = Files.createTempFile("code", ".bin");
        String text;
        try {
            Files.write(file, code);
            Process p = new ProcessBuilder(
                            "objdump",
                            "-D",
                            "-b",
                            "binary",
                            "-m",
                            "i386:x86-64",
                            "-M",
                            "intel",
                            "--no-show-raw-insn",
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
            text = new String(p.getInputStream().readAllBytes());
            if (p.waitFor() != 0) {
                throw new IOException("objdump: " + text);
            }
        } finally {
            Files.delete(file);
        }
        List<Long> address = new ArrayList<>();
        List<String> instruction = new ArrayList<>();
        for (Matcher m = INSTRUCTION.matcher(text); m.find(); ) {
            address.add(Long.parseUnsignedLong(m.group(1), 16));
            instruction.add(m.group(2));
        }
        List<Loop> loops = new ArrayList<>();
        int last = -1;
        for (int i = 0; i < instruction.size(); i++) {
            Matcher jump = JUMP.matcher(instruction.get(i));
            int to = jump.matches() ? address.indexOf(Long.parseUnsignedLong(jump.group(1), 16)) : -1;
            if (to >= 0 && to <= i && to > last) {
                loops.add(new Loop(instruction.subList(to, i + 1)));
                last = i;
            }
        }
        return loops;
    }
}
