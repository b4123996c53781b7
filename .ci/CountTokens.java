import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the Java tokens of main code, without comments and blank space, by module: {@code java .ci/CountTokens.java
 * [ROOT]}. ROOT is a git checkout, by default the current directory. A literal, a name and a number are one token each,
 * and so is every other character.
 */
class CountTokens {
    private final String text;
    private int at;

    private CountTokens(String text) {
        this.text = text;
    }

    private long count() {
        long tokens = 0;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (text.startsWith("//", at)) {
                skipTo("\n");
            } else if (text.startsWith("/*", at)) {
                skipTo("*/");
            } else {
                skipToken();
                tokens++;
            }
        }
        return tokens;
    }

    private void skipTo(String end) {
        int found = text.indexOf(end, at + 2);
        at = found < 0 ? text.length() : found + end.length();
    }

    private void skipToken() {
        char first = text.charAt(at);
        if (text.startsWith("\"\"\"", at)) {
            skipLiteral("\"\"\"");
        } else if (first == '"' || first == '\'') {
            skipLiteral(String.valueOf(first));
        } else if (Character.isJavaIdentifierPart(first)) {
            boolean number = Character.isDigit(first);
            while (at < text.length() && isPart(text.charAt(at), number)) {
                at++;
            }
        } else {
            at++;
        }
    }

    private static boolean isPart(char c, boolean number) {
        return Character.isJavaIdentifierPart(c) || number && c == '.';
    }

    private void skipLiteral(String quote) {
        at += quote.length();
        while (!text.startsWith(quote, at)) {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        at += quote.length();
    }

    public static void main(String[] args) throws IOException {
        Path root = Path.of(args.length > 0 ? args[0] : ".");
        Process git = new ProcessBuilder("git", "-C", root.toString(), "ls-files", "*.java").start();
        Map<String, Long> modules = new TreeMap<>();
        for (String file :
                new String(git.getInputStream().readAllBytes()).lines().toList()) {
            int source = file.indexOf("/src/main/");
            if (source >= 0 && Files.exists(root.resolve(file))) {
                long tokens = new CountTokens(Files.readString(root.resolve(file))).count();
                modules.merge(file.substring(0, source), tokens, Long::sum);
            }
        }
        modules.forEach((module, tokens) -> System.out.printf("%8d %s%n", tokens, module));
        System.out.printf(
                "%8d all%n",
                modules.values().stream().mapToLong(Long::longValue).sum());
    }
}
