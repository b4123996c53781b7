/** The page of {@code unmute demo}. */
package org.unmute.cli.demo;
