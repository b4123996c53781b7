package org.unmute.report.drawing;

import java.util.Locale;

/** The colour roles as CSS. */
public final class Theme {
    private Theme() {}

    /**
     * Rules for a page that contains {@link Drawing#inlineSvg} figures: custom properties {@code --chart-ink},
     * {@code --chart-ground} ... for light pages, for dark screens and for print, and the classes of the figures'
     * elements. A page may override the properties.
     */
    public static String css() {
        return ":root{" + properties(false) + "}\n@media screen and (prefers-color-scheme:dark){:root{"
                + properties(true) + "}}\n" + ".chart{display:block;max-width:100%;height:auto}\n" + classes();
    }

    /** The rules for a standalone file. */
    static String fileCss() {
        return "svg{" + properties(false) + "}@media screen and (prefers-color-scheme:dark){svg{" + properties(true)
                + "}}" + classes();
    }

    private static String properties(boolean dark) {
        StringBuilder css = new StringBuilder();
        for (ColourRole role : ColourRole.values()) {
            css.append(String.format(Locale.ROOT, "--chart-%s:#%06x;", role.css(), dark ? role.dark() : role.light()));
        }
        return css.toString();
    }

    private static String classes() {
        StringBuilder css = new StringBuilder();
        for (ColourRole role : ColourRole.values()) {
            css.append(String.format(
                    Locale.ROOT,
                    ".chart .f-%1$s{fill:var(--chart-%1$s)}.chart .s-%1$s{stroke:var(--chart-%1$s)}\n",
                    role.css()));
        }
        return css.toString();
    }
}
