/** Options shared by the command-line program and the Spark applications, each declared once for picocli. */
package org.unmute.options;
